package dev.sluice.ingest.postgres.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.postgres.load.ChunkRange.KeyRange;
import dev.sluice.ingest.postgres.load.ChunkRange.PageRange;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadingPaceTest {
    private static final PageRange PAGES = new PageRange(100, 100_000);
    private static final PageRange OPEN = new PageRange(100, ChunkRange.OPEN_END);
    private static final KeyRange KEYS = new KeyRange(List.of("7"), 20_000);

    private final ReadingPace pace = new ReadingPace();

    @Test
    void readsAChunkInOneGoWhileNobodyWaits() {
        assertThat(pace.part(PAGES)).isSameAs(PAGES);
        assertThat(pace.part(KEYS)).isSameAs(KEYS);
        pace.wasRead(5);
        assertThat(pace.part(OPEN)).isSameAs(OPEN);
    }

    @Test
    void readsHalfAfterEachGivingWayAndAnEighthMoreAfterEachPart() {
        pace.gaveWay();
        assertThat(pace.part(PAGES)).isEqualTo(new PageRange(100, 100 + 4096));
        assertThat(pace.part(KEYS)).isEqualTo(new KeyRange(List.of("7"), 10_000));
        pace.gaveWay();
        assertThat(pace.part(OPEN)).isEqualTo(new PageRange(100, 100 + 2048));
        pace.wasRead(1);
        assertThat(pace.part(OPEN)).isEqualTo(new PageRange(100, 100 + 2304));
        for (int i = 0; i < 11; i++) {
            pace.wasRead(1);
        }
        assertThat(pace.part(PAGES)).isSameAs(PAGES);
    }

    @Test
    void alwaysReadsSomething() {
        for (int i = 0; i < 50; i++) {
            pace.gaveWay();
        }
        assertThat(pace.part(PAGES)).isEqualTo(new PageRange(100, 101));
        assertThat(pace.part(KEYS)).isEqualTo(new KeyRange(List.of("7"), 100));
        assertThat(pace.part(new KeyRange(List.of(), 3))).isEqualTo(new KeyRange(List.of(), 3));
    }

    @Test
    void readsNoFurtherThanTheChunk() {
        pace.gaveWay();
        PageRange shorter = new PageRange(100, 200);
        assertThat(pace.part(shorter)).isSameAs(shorter);
    }

    @Test
    void readsARestWithoutEndInOneGoWhenAPartOfItWasEmpty() {
        pace.gaveWay();
        pace.gaveWay();
        pace.wasRead(0);
        assertThat(pace.part(OPEN)).isSameAs(OPEN);
    }
}
