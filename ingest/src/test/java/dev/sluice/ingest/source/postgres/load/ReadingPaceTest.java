package dev.sluice.ingest.source.postgres.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.source.postgres.load.TableRange.KeyRange;
import dev.sluice.ingest.source.postgres.load.TableRange.PageRange;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadingPaceTest {
    private static final PageRange PAGES = new PageRange(100, 100_000);
    private static final PageRange OPEN = new PageRange(100, TableRange.OPEN_END);
    private static final KeyRange KEYS = new KeyRange(List.of("7"), 20_000);
    private static final long MILLIS = 1_000_000;

    private final ReadingPace pace = new ReadingPace();

    @Test
    void readsAChunkInOneGoWhileNobodyWaits() {
        assertThat(pace.part(PAGES)).isSameAs(PAGES);
        assertThat(pace.part(KEYS)).isSameAs(KEYS);
        pace.wasRead(5, 5_000 * MILLIS, false);
        assertThat(pace.part(OPEN)).isSameAs(OPEN);
    }

    @Test
    void readsAQuarterAfterAPartThatHadToBeEnded() {
        pace.wasEnded();
        assertThat(pace.part(PAGES)).isEqualTo(new PageRange(100, 100 + 2048));
        assertThat(pace.part(KEYS)).isEqualTo(new KeyRange(List.of("7"), 5_000));
        pace.wasEnded();
        assertThat(pace.part(OPEN)).isEqualTo(new PageRange(100, 100 + 512));
    }

    @Test
    void readsPartsThatTakeAboutAsLongAsTheyMay() {
        pace.wasEnded();
        double millisPerPage = 0.3;
        for (int i = 0; i < 20; i++) {
            pace.wasRead(1, (long) (pages() * millisPerPage * MILLIS), true);
        }
        assertThat(pages() * millisPerPage).isBetween(75.0, 85.0);
        millisPerPage = 4;
        for (int i = 0; i < 20; i++) {
            pace.wasRead(1, (long) (pages() * millisPerPage * MILLIS), true);
        }
        assertThat(pages() * millisPerPage).isBetween(75.0, 85.0);
    }

    private long pages() {
        return ((PageRange) pace.part(OPEN)).end() - 100;
    }

    @Test
    void readsInOneGoAgainWhenNobodyHasWaitedForLong() {
        pace.wasEnded();
        for (int i = 0; i < 63; i++) {
            pace.wasRead(1, MILLIS, false);
            assertThat(pages()).isLessThan(8192);
        }
        pace.wasRead(1, MILLIS, true);
        for (int i = 0; i < 63; i++) {
            pace.wasRead(1, MILLIS, false);
            assertThat(pages()).isLessThan(8192);
        }
        pace.wasRead(1, MILLIS, false);
        assertThat(pace.part(PAGES)).isSameAs(PAGES);
    }

    @Test
    void alwaysReadsSomething() {
        for (int i = 0; i < 50; i++) {
            pace.wasEnded();
            pace.wasRead(1, 60_000 * MILLIS, true);
        }
        assertThat(pace.part(PAGES)).isEqualTo(new PageRange(100, 101));
        assertThat(pace.part(KEYS)).isEqualTo(new KeyRange(List.of("7"), 100));
        assertThat(pace.part(new KeyRange(List.of(), 3))).isEqualTo(new KeyRange(List.of(), 3));
    }

    @Test
    void readsNoFurtherThanTheChunk() {
        pace.wasEnded();
        PageRange shorter = new PageRange(100, 200);
        assertThat(pace.part(shorter)).isSameAs(shorter);
    }

    @Test
    void readsARestWithoutEndInOneGoWhenAPartOfItWasEmpty() {
        pace.wasEnded();
        pace.wasEnded();
        pace.wasRead(0, MILLIS, true);
        assertThat(pace.part(OPEN)).isSameAs(OPEN);
    }
}
