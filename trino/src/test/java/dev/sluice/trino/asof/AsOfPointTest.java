package dev.sluice.trino.asof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.lake.Position;
import dev.sluice.spec.errors.SluiceException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AsOfPointTest {
    @Test
    void twoHexadecimalNumbersAreAnLsn() {
        assertThat(AsOfPoint.parse(" 16/B374D848 ")).isEqualTo(new AsOfPoint.AtPosition(Position.parse("16/B374D848")));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-31T10:00:00Z, 2026-01-31T10:00:00Z",
        "2026-01-31T10:00:00.25Z, 2026-01-31T10:00:00.250Z",
        "2026-01-31, 2026-01-31T00:00:00Z",
        "2026-01-31 10:00, 2026-01-31T10:00:00Z",
        "2026-01-31 10:00:05, 2026-01-31T10:00:05Z",
        "2026-01-31 10:00 Asia/Jakarta, 2026-01-31T03:00:00Z",
        "2026-01-31 Asia/Jakarta, 2026-01-30T17:00:00Z",
        "2026-01-31T10:00:00+07:00, 2026-01-31T03:00:00Z"
    })
    void aDateWithOrWithoutTimeAndZoneIsATimeInUtcByDefault(String text, Instant time) {
        assertThat(AsOfPoint.parse(text)).isEqualTo(new AsOfPoint.AtTime(time));
    }

    @Test
    void otherWordsAreTagsAndAPrefixDecides() {
        assertThat(AsOfPoint.parse("daily-2026-01-31")).isEqualTo(new AsOfPoint.AtTag("daily-2026-01-31"));
        assertThat(AsOfPoint.parse("tag:2026-01-31")).isEqualTo(new AsOfPoint.AtTag("2026-01-31"));
        assertThat(AsOfPoint.parse("lsn:0/10")).isEqualTo(new AsOfPoint.AtPosition(Position.parse("0/10")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "2026-13-01", "2026-01-31 25:00", "2026-01-31 10:00 Nowhere/City", "lsn:xyz", "a b", "x'y"})
    void anythingElseIsRefusedWithTheFormsThatExist(String text) {
        assertThatThrownBy(() -> AsOfPoint.parse(text))
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining("E0102")
                .hasMessageContaining("16/B374D848");
    }
}
