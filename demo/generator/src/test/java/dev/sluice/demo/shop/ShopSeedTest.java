package dev.sluice.demo.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.errors.SluiceException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class ShopSeedTest {
    private static final Instant START = Instant.parse("2026-03-01T05:06:07Z");

    @Test
    void hasExactlyTheRowsAskedFor() {
        for (long rows : new long[] {100, 101, 300, 4_554, 20_000}) {
            ShopTally tally = new ShopSeed(7, rows, START, false).print(new PrintStream(new ByteArrayOutputStream()));
            assertThat(tally.total().inserted()).isEqualTo(rows);
        }
    }

    @Test
    void keepsTheProportionsOfTheScenario() {
        ShopTally tally = new ShopSeed(7, 45_540, START, false).print(new PrintStream(new ByteArrayOutputStream()));
        assertThat(tally.of(ShopTable.USERS).inserted()).isBetween(19_500L, 20_500L);
        assertThat(tally.of(ShopTable.ORDERS).inserted()).isEqualTo(5_000);
        assertThat(tally.of(ShopTable.SHIPPING).inserted()).isEqualTo(5_000);
        assertThat(tally.of(ShopTable.PAYMENTS).inserted()).isBetween(3_200L, 3_500L);
        assertThat(tally.of(ShopTable.ORDER_ITEMS).inserted()).isBetween(9_700L, 10_300L);
        assertThat(tally.of(ShopTable.PRODUCT_REVIEWS).inserted()).isBetween(1_700L, 2_000L);
    }

    @Test
    void givesTheSameRowsForTheSameSeedAndOthersForAnother() {
        assertThat(printed(7)).isEqualTo(printed(7));
        assertThat(printed(7)).isNotEqualTo(printed(8));
    }

    @Test
    void refusesANumberOfRowsThatLeavesNoRoom() {
        assertThatThrownBy(() -> printed(7, 99))
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining("E0102");
    }

    private static String printed(long seed) {
        return printed(seed, 2_000);
    }

    private static String printed(long seed, long rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new ShopSeed(seed, rows, START, true).print(new PrintStream(out, false, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }
}
