package dev.sluice.ingest.hot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.row.Batch;
import org.junit.jupiter.api.Test;

class BatchSpoolTest {
    /** Room in memory for one batch. */
    private final BatchSpool spool = new BatchSpool(1, 1 << 20);

    @Test
    void givesBatchesBackInTheirOrderFromMemoryAndDisk() {
        for (int lsn = 1; lsn <= 5; lsn++) {
            assertThat(spool.add(new Batch.Progress(lsn, 0))).isTrue();
        }
        assertThat(spool.isOnDisk()).isTrue();
        for (int lsn = 1; lsn <= 5; lsn++) {
            assertThat(spool.poll()).isEqualTo(new Batch.Progress(lsn, 0));
        }
        assertThat(spool.poll()).isNull();
    }

    @Test
    void isInMemoryAgainAsSoonAsAllThatWasOnDiskIsTaken() {
        for (int lsn = 1; lsn <= 3; lsn++) {
            spool.add(new Batch.Progress(lsn, 0));
        }
        for (int lsn = 1; lsn <= 3; lsn++) {
            spool.poll();
        }
        assertThat(spool.isEmpty()).isTrue();
        assertThat(spool.isOnDisk()).as("nothing is left on disk").isFalse();
        assertThat(spool.bytes()).isZero();
        spool.add(new Batch.Progress(4, 0));
        assertThat(spool.isOnDisk()).as("the next one stays in memory").isFalse();
        assertThat(spool.poll()).isEqualTo(new Batch.Progress(4, 0));
    }
}
