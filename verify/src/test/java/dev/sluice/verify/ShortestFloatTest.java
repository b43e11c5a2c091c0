package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ShortestFloatTest {
    @Test
    void writesDoublesAsPostgresDoes() {
        assertThat(ShortestFloat.of(0.0)).isEqualTo("0");
        assertThat(ShortestFloat.of(-0.0)).isEqualTo("-0");
        assertThat(ShortestFloat.of(0.1)).isEqualTo("0.1");
        assertThat(ShortestFloat.of(-1234.5)).isEqualTo("-1234.5");
        assertThat(ShortestFloat.of(0.0001)).isEqualTo("0.0001");
        assertThat(ShortestFloat.of(0.00001)).isEqualTo("1e-05");
        assertThat(ShortestFloat.of(1e15)).isEqualTo("1e+15");
        assertThat(ShortestFloat.of(123456789012345.0)).isEqualTo("123456789012345");
        assertThat(ShortestFloat.of(1e308)).isEqualTo("1e+308");
        assertThat(ShortestFloat.of(Double.MIN_VALUE)).isEqualTo("5e-324");
        assertThat(ShortestFloat.of(Double.MAX_VALUE)).isEqualTo("1.7976931348623157e+308");
        assertThat(ShortestFloat.of(Double.NaN)).isEqualTo("NaN");
        assertThat(ShortestFloat.of(Double.NEGATIVE_INFINITY)).isEqualTo("-Infinity");
    }

    @Test
    void writesFloatsAsPostgresDoes() {
        assertThat(ShortestFloat.of(0.1f)).isEqualTo("0.1");
        assertThat(ShortestFloat.of(123456f)).isEqualTo("123456");
        assertThat(ShortestFloat.of(1234567f)).isEqualTo("1.234567e+06");
        assertThat(ShortestFloat.of(Float.MIN_VALUE)).isEqualTo("1e-45");
        assertThat(ShortestFloat.of(Float.MAX_VALUE)).isEqualTo("3.4028235e+38");
    }
}
