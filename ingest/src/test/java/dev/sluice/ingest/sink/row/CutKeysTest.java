package dev.sluice.ingest.sink.row;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.row.KeyBytes;
import dev.sluice.ingest.sink.spill.HeapBudget;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CutKeysTest {
    private static final SourceTable TABLE =
            new SourceTable("1", "public", "t", List.of(new SourceColumn("id", true, Scalar.TEXT)), List.of(0), false);

    private final KeyBytes key = new KeyBytes(TABLE);

    @Test
    void keysOnDiskBehaveAsThoseInTheHeap() {
        for (long seed = 1; seed <= 6; seed++) {
            HeapBudget budget = new HeapBudget(seed % 2 == 0 ? 0 : 1 << 20);
            try (CutKeys keys = new CutKeys(budget)) {
                compareWithModel(keys, new Random(seed), seed);
                assertThat(keys.isSpilled()).as("seed %d", seed).isTrue();
                keys.clear();
                assertThat(keys.isSpilled()).isFalse();
                assertThat(keys.state(key.of(new byte[] {1}))).isEqualTo(CutKeys.UNTOUCHED);
                compareWithModel(keys, new Random(-seed), -seed);
            }
            assertThat(budget.taken()).as("all is given back, seed %d", seed).isZero();
        }
    }

    @Test
    void keysInTheHeapBehaveAsTheModel() {
        try (CutKeys keys = new CutKeys()) {
            compareWithModel(keys, new Random(7), 7);
            assertThat(keys.isSpilled()).isFalse();
        }
    }

    private void compareWithModel(CutKeys keys, Random random, long seed) {
        Map<ByteBuffer, Long> model = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = key(random);
            long expected = model.getOrDefault(ByteBuffer.wrap(bytes), CutKeys.UNTOUCHED);
            assertThat(keys.state(key.of(bytes)))
                    .as("seed %d, step %d", seed, i)
                    .isEqualTo(expected);
            if (random.nextInt(3) > 0) {
                long state = state(random);
                keys.put(key.of(bytes), state);
                model.put(ByteBuffer.wrap(bytes), state);
            }
        }
        assertThat(keys.size()).as("seed %d", seed).isEqualTo(model.size());
        model.forEach((bytes, state) -> assertThat(keys.state(key.of(bytes.array())))
                .as("seed %d", seed)
                .isEqualTo(state));
    }

    /** Few or many different keys, short and long ones, among them some of which one is the beginning of the other. */
    private static byte[] key(Random random) {
        int length = random.nextInt(50) == 0 ? 1 + random.nextInt(3000) : 1 + random.nextInt(12);
        byte[] bytes = new byte[length];
        new Random(random.nextInt(100_000)).nextBytes(bytes);
        return bytes;
    }

    private static long state(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> CutKeys.GONE;
            case 1 -> CutKeys.rowAt(random.nextInt(1 << 20), random.nextLong(1L << 40));
            default -> CutKeys.carriedAt(random.nextLong(1L << 50));
        };
    }

    @Test
    void statesTellWhatTheyWereMadeOf() {
        long row = CutKeys.rowAt(8_000, (1L << 40) - 1);
        assertThat(CutKeys.fileOf(row)).isEqualTo(8_000);
        assertThat(CutKeys.positionOf(row)).isEqualTo((1L << 40) - 1);
        assertThat(CutKeys.isCarried(CutKeys.carriedAt(0))).isTrue();
        assertThat(CutKeys.carriedAddressOf(CutKeys.carriedAt(1L << 45))).isEqualTo(1L << 45);
    }
}
