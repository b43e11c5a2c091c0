package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Expected texts are what PostgreSQL 18 prints under the pinned settings. */
final class LakeTextTest {
    private static String text(Object value) {
        byte[] text = LakeText.of(value);
        return text == null ? null : new String(text, StandardCharsets.UTF_8);
    }

    @Test
    void nullIsNull() {
        assertThat(text(null)).isNull();
    }

    @Test
    void scalars() {
        assertThat(text(true)).isEqualTo("t");
        assertThat(text(false)).isEqualTo("f");
        assertThat(text(Long.MIN_VALUE)).isEqualTo("-9223372036854775808");
        assertThat(text(new BigDecimal("1E+3"))).isEqualTo("1000");
        assertThat(text(new BigDecimal("0.0000001000"))).isEqualTo("0.0000001000");
        assertThat(text(-0.0f)).isEqualTo("-0");
        assertThat(text(UUID.fromString("00000000-0000-0000-0000-0000000000AB")))
                .isEqualTo("00000000-0000-0000-0000-0000000000ab");
        assertThat(text("tab\t and 漢")).isEqualTo("tab\t and 漢");
    }

    @Test
    void bytesAreHexadecimalAndOnlyThoseThatAreLeft() {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, (byte) 0xDE, (byte) 0xAD, 0, 9});
        bytes.position(1).limit(4);
        assertThat(text(bytes)).isEqualTo("\\xdead00");
        assertThat(bytes.remaining()).isEqualTo(3);
        assertThat(text(ByteBuffer.allocate(0))).isEqualTo("\\x");
    }

    @Test
    void timesHaveAsManyDigitsAsTheyNeed() {
        assertThat(text(LocalTime.of(0, 0))).isEqualTo("00:00:00");
        assertThat(text(LocalTime.of(23, 59, 59, 999_999_000))).isEqualTo("23:59:59.999999");
        assertThat(text(LocalTime.of(1, 2, 3, 120_000_000))).isEqualTo("01:02:03.12");
        assertThat(text(LocalTime.of(1, 2, 3, 1_000))).isEqualTo("01:02:03.000001");
        assertThat(text(LocalTime.of(10, 20, 30, 100_000))).isEqualTo("10:20:30.0001");
    }

    @Test
    void yearsBeforeTheFirstAreBc() {
        assertThat(text(LocalDate.of(1, 1, 1))).isEqualTo("0001-01-01");
        assertThat(text(LocalDate.of(0, 12, 31))).isEqualTo("0001-12-31 BC");
        assertThat(text(LocalDate.of(-4712, 1, 1))).isEqualTo("4713-01-01 BC");
        assertThat(text(LocalDateTime.of(0, 2, 29, 12, 0))).isEqualTo("0001-02-29 12:00:00 BC");
        assertThat(text(LocalDate.of(12_345, 6, 7))).isEqualTo("12345-06-07");
    }

    @Test
    void instantsAreShownInUtc() {
        assertThat(text(OffsetDateTime.parse("2026-01-01T00:30:00.5+02:00"))).isEqualTo("2025-12-31 22:30:00.5+00");
        assertThat(text(OffsetDateTime.parse("0001-01-01T00:30:00+01:00"))).isEqualTo("0001-12-31 23:30:00+00 BC");
    }

    @Test
    void elementsOfArraysAreQuotedWhereTheServerQuotesThem() {
        assertThat(text(List.of())).isEqualTo("{}");
        assertThat(text(Arrays.asList(1, null, -3))).isEqualTo("{1,NULL,-3}");
        assertThat(text(List.of("a", "", "null", "NULL", "nul", "x y", "a,b", "{", "}")))
                .isEqualTo("{a,\"\",\"null\",\"NULL\",nul,\"x y\",\"a,b\",\"{\",\"}\"}");
        assertThat(text(List.of("q\"q", "b\\s", "line\n", "vt\u000B", "ä")))
                .isEqualTo("{\"q\\\"q\",\"b\\\\s\",\"line\n\",\"vt\u000B\",ä}");
        assertThat(text(List.of(LocalDateTime.of(2026, 1, 1, 0, 0)))).isEqualTo("{\"2026-01-01 00:00:00\"}");
        assertThat(text(List.of(true, false))).isEqualTo("{t,f}");
    }
}
