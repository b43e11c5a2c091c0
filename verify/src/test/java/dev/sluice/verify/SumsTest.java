package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the sum of hashes tells apart, and what it must not. */
final class SumsTest {
    private static Sums of(byte[][]... rows) {
        return of(List.of(rows));
    }

    private static Sums of(List<byte[][]> rows) {
        Sums sums = new Sums(new int[] {0});
        rows.forEach(sums::row);
        return sums;
    }

    private static byte[][] row(String... values) {
        return TestTable.row(values);
    }

    @Test
    void theOrderOfRowsDoesNotMatter() {
        long seed = System.nanoTime();
        System.out.println("SumsTest seed " + seed);
        Random random = new Random(seed);
        List<byte[][]> rows = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            rows.add(row("" + i, Long.toHexString(random.nextLong())));
        }
        List<byte[][]> shuffled = new ArrayList<>(rows);
        Collections.shuffle(shuffled, random);
        assertThat(of(shuffled).total()).as("seed %d", seed).isEqualTo(of(rows).total());
        assertThat(of(shuffled).differing(of(rows))).as("seed %d", seed).isEmpty();
    }

    /** An exclusive or would forget both. */
    @Test
    void aRowThatIsThereTwiceOrThriceIsSeen() {
        byte[][] row = row("1", "a");
        assertThat(of(row, row).total()).isNotEqualTo(of().total());
        assertThat(of(row, row, row).total()).isNotEqualTo(of(row).total());
        assertThat(of(row, row).differing(of(row))).hasSize(1);
    }

    @Test
    void nullIsNotEmptyAndNoColumnRunsIntoTheNext() {
        assertThat(of(row("1", null)).total()).isNotEqualTo(of(row("1", "")).total());
        assertThat(of(row("1", "ab", "c")).total())
                .isNotEqualTo(of(row("1", "a", "bc")).total());
        assertThat(of(row("1", null, "")).total())
                .isNotEqualTo(of(row("1", "", null)).total());
    }

    @Test
    void valuesThatTwoRowsExchangeAreSeen() {
        assertThat(of(row("1", "a"), row("2", "b")).total())
                .isNotEqualTo(of(row("1", "b"), row("2", "a")).total());
    }

    @Test
    void onlyTheBucketsOfRowsThatDifferAreNamed() {
        List<byte[][]> source = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            source.add(row("" + i, "value"));
        }
        List<byte[][]> lake = new ArrayList<>(source);
        lake.set(77, row("77", "other"));
        lake.remove(88);
        int[] key = {0};
        assertThat(of(source).differing(of(lake)))
                .containsExactlyInAnyOrder(Sums.bucket(source.get(77), key), Sums.bucket(source.get(88), key));
        assertThat(of(source).rows()).isEqualTo(20_000);
    }

    /** The low half of the sum runs over again and again; what it carries must not be lost. */
    @Test
    void theCarryIsKept() {
        byte[][] row = row("1", "a");
        RowHash hash = new RowHash();
        hash.of(row);
        java.math.BigInteger one = unsigned(hash.high()).shiftLeft(64).add(unsigned(hash.low()));
        int times = 1_000;
        java.math.BigInteger expected =
                one.multiply(java.math.BigInteger.valueOf(times)).mod(java.math.BigInteger.ONE.shiftLeft(128));
        assertThat(of(Collections.nCopies(times, row)).total()).isEqualTo(String.format("%032x", expected));
    }

    private static java.math.BigInteger unsigned(long value) {
        return new java.math.BigInteger(Long.toUnsignedString(value));
    }
}
