package dev.sluice.ingest.source.postgres.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.source.postgres.load.TableRange.PageRange;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkPlannerTest {
    @Test
    void anEmptyTableIsOneRangeWithoutEnd() {
        assertThat(ChunkPlanner.pages(new TableSize(0, 8192, 0, -1), 1 << 20)).containsExactly(new PageRange(0, -1));
    }

    @Test
    void rangesCoverEveryPageOnceAndTheLastHasNoEnd() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 1_000; round++) {
            long pages = random.nextLong(1L << random.nextInt(1, 32));
            long toast = random.nextLong(1L << 40);
            List<PageRange> ranges =
                    ChunkPlanner.pages(new TableSize(pages, 8192, pages * 8192 + toast, -1), 48L << 20);
            long next = 0;
            for (PageRange range : ranges.subList(0, ranges.size() - 1)) {
                assertThat(range.first()).as("seed %d", seed).isEqualTo(next);
                assertThat(range.end()).isGreaterThan(range.first());
                next = range.end();
            }
            assertThat(ranges.get(ranges.size() - 1)).isEqualTo(new PageRange(next, -1));
            assertThat(ranges.size()).isLessThanOrEqualTo((1 << 20) + 1);
        }
    }

    @Test
    void wideTablesHaveFewerPagesInAChunk() {
        assertThat(ChunkPlanner.pages(new TableSize(10_000, 8192, 10_000L * 8192, -1), 48L << 20))
                .hasSize(2);
        assertThat(ChunkPlanner.pages(new TableSize(10_000, 8192, 10_000L * 8192 * 50, -1), 48L << 20))
                .hasSizeGreaterThan(50);
    }
}
