package dev.sluice.ingest.sink.spill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteArenaTest {

    @Test
    void recordsOfAnySizeComeBackFromHeapAndDisk() throws IOException {
        for (long seed = 1; seed <= 4; seed++) {
            Random random = new Random(seed);
            HeapBudget budget = new HeapBudget(seed % 2 == 0 ? 0 : 3 << 20);
            try (ByteArena arena = new ByteArena(budget)) {
                for (int round = 0; round < 2; round++) {
                    List<byte[]> records = new ArrayList<>();
                    List<Long> addresses = new ArrayList<>();
                    for (int i = 0; i < 4_000; i++) {
                        byte[] record = new byte[1 + random.nextInt(random.nextInt(500) == 0 ? 3 << 20 : 3_000)];
                        random.nextBytes(record);
                        records.add(record);
                        addresses.add(arena.add(record, 0, record.length));
                    }
                    assertThat(arena.isSpilled()).isTrue();
                    arena.mark(addresses.get(17), (byte) 99);
                    records.get(17)[0] = 99;
                    for (int i = 0; i < records.size(); i++) {
                        assertThat(addresses.get(i) % 8).isZero();
                        assertThat(arena.get(addresses.get(i)))
                                .as("seed %d, %d", seed, i)
                                .isEqualTo(records.get(i));
                        assertThat(arena.isEqual(addresses.get(i), records.get(i), records.get(i).length))
                                .isTrue();
                    }
                    List<byte[]> inOrder = new ArrayList<>();
                    arena.forEach(inOrder::add);
                    assertThat(inOrder).hasSameSizeAs(records);
                    for (int i = 0; i < records.size(); i++) {
                        assertThat(inOrder.get(i)).isEqualTo(records.get(i));
                    }
                    arena.clear();
                    assertThat(budget.taken()).isZero();
                }
            }
        }
    }
}
