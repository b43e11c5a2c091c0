package dev.sluice.ingest.hot;

import dev.sluice.ingest.row.Batch;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The task's end of the hot sink: hands batches to the flusher. It waits for ClickHouse for a short while at a checkpoint,
 * so that a restart finds everything stored, and not at all once ClickHouse is late: the lake does not depend on it.
 */
final class HotWriter implements SinkWriter<Batch> {
    private static final Logger log = LoggerFactory.getLogger(HotWriter.class);
    private static final long END_MILLIS = 10_000;

    private final HotInbox inbox;
    private final HotMarks marks;
    private final Thread flusher;
    private final long flushMillisMax;

    /** @param flushMillisMax the longest that a checkpoint waits */
    HotWriter(HotInbox inbox, HotFlusher flusher, HotMarks marks, long flushMillisMax) {
        this.inbox = inbox;
        this.marks = marks;
        this.flushMillisMax = flushMillisMax;
        this.flusher = new Thread(flusher, "sluice-hot");
        this.flusher.setDaemon(true);
        this.flusher.start();
    }

    @Override
    public void write(Batch batch, Context context) {
        inbox.offer(batch);
    }

    @Override
    public void flush(boolean endOfInput) {
        inbox.flush(flushMillisMax);
    }

    @Override
    public void close() throws InterruptedException {
        inbox.close();
        flusher.interrupt();
        flusher.join(END_MILLIS);
        if (flusher.isAlive()) {
            log.warn("The hot sink's thread did not end within {} s", TimeUnit.MILLISECONDS.toSeconds(END_MILLIS));
        } else {
            marks.close();
        }
    }
}
