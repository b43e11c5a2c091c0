package dev.sluice.trino.asof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.SluiceException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {
    @Test
    void twoHexadecimalNumbersAreAnLsn() {
        assertThat(Position.parse(" 16/B374D848 ")).isEqualTo(new Position.AtLsn(Lsn.parse("16/B374D848")));
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
        assertThat(Position.parse(text)).isEqualTo(new Position.AtTime(time));
    }

    @Test
    void otherWordsAreTagsAndAPrefixDecides() {
        assertThat(Position.parse("daily-2026-01-31")).isEqualTo(new Position.AtTag("daily-2026-01-31"));
        assertThat(Position.parse("tag:2026-01-31")).isEqualTo(new Position.AtTag("2026-01-31"));
        assertThat(Position.parse("lsn:0/10")).isEqualTo(new Position.AtLsn(new Lsn(16)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "2026-13-01", "2026-01-31 25:00", "2026-01-31 10:00 Nowhere/City", "lsn:xyz", "a b", "x'y"})
    void anythingElseIsRefusedWithTheFormsThatExist(String text) {
        assertThatThrownBy(() -> Position.parse(text))
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining("E0102")
                .hasMessageContaining("16/B374D848");
    }
}
