package dev.sluice.ingest.hot;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.batch.RowBatch;
import dev.sluice.spec.errors.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers rows and inserts them when the flush interval has passed, when enough have come together, and wholly before a
 * checkpoint: the lake commits only what is in the hot store already. Assumes that all changes of a table reach the same
 * writer in commit order, and that a load is covered by a checkpoint before the first change. Runs in the task's thread.
 */
final class HotWriter implements SinkWriter<RowBatch> {
    private static final Logger log = LoggerFactory.getLogger(HotWriter.class);
    private static final int TABLE_BYTES_MAX = 8 << 20;
    private static final int ALL_BYTES_MAX = 32 << 20;

    private final ClickHouseClient client;
    /** By table number; null for tables that are not hot. */
    private final HotBuffer[] buffers;

    private final HotProgress progress;
    private final UnchangedValues unchanged;
    private final ProcessingTimeService time;
    private final long flushIntervalMillis;
    private final Counter rowsWritten;
    private final Counter rowsOmitted;
    private boolean isTimerSet;
    private boolean hasWarned;

    HotWriter(
            ClickHouseClient client,
            HotBuffer[] buffers,
            HotProgress progress,
            ProcessingTimeService time,
            long flushIntervalMillis,
            Counter rowsWritten,
            Counter rowsOmitted) {
        this.client = client;
        this.buffers = buffers.clone();
        this.progress = progress;
        this.unchanged = new UnchangedValues(client);
        this.time = time;
        this.flushIntervalMillis = flushIntervalMillis;
        this.rowsWritten = rowsWritten;
        this.rowsOmitted = rowsOmitted;
    }

    @Override
    public void write(RowBatch batch, Context context) {
        JobFailures.guard(() -> {
            switch (batch.kind) {
                case LOAD -> load(batch);
                case CHUNK_END -> chunkEnd(batch);
                case CHANGES -> changes(batch);
                case PROGRESS -> {
                    for (int i = 0; i < buffers.length; i++) {
                        advance(i, batch);
                    }
                }
                case LOADED -> loaded(batch);
                // The hot store shows what it has; the lake says that the table was stopped.
                case STOP -> {}
            }
            flushWhenFull();
            setTimer();
        });
    }

    @Override
    public void flush(boolean endOfInput) {
        JobFailures.guard(this::flushAll);
    }

    @Override
    public void close() {}

    private void load(RowBatch batch) {
        HotBuffer buffer = buffers[batch.table];
        if (buffer != null) {
            buffer.load(batch, nowMicros());
        }
    }

    /** Stores what other readers have loaded before one of them may tell that the load is complete. */
    private void chunkEnd(RowBatch batch) {
        HotBuffer buffer = buffers[batch.table];
        if (buffer != null && !buffer.isEmpty()) {
            flush(List.of(buffer));
        }
    }

    private void changes(RowBatch batch) {
        HotBuffer buffer = buffers[batch.table];
        if (buffer == null) {
            return;
        }
        if (buffer.holdsLoad()) {
            flush(List.of(buffer));
        }
        for (int i = 0; i < batch.count; i++) {
            if (batch.operations[i] == RowBatch.TRUNCATE) {
                buffer.clear();
                truncate(buffer.table(), batch.lsns[i]);
            } else {
                buffer.change(batch, i, nowMicros());
            }
        }
    }

    /** A DELETE looks at every row and takes up to seconds, so it is for a TRUNCATE that is repeated. */
    private void truncate(HotTable table, long lsn) {
        String purpose = "truncate the hot table " + table.name();
        boolean isRepeated = client.text(purpose, table.existsAbove(lsn)).equals("1");
        client.run(purpose, isRepeated ? table.deleteUpTo(lsn) : table.truncate());
    }

    /** The load is complete: what is older was left behind by a load that never was. */
    private void loaded(RowBatch batch) {
        flushAll();
        for (int number : batch.loadedTables) {
            if (buffers[number] != null) {
                HotTable table = buffers[number].table();
                String purpose = "clean the hot table " + table.name();
                if (!client.text(purpose, table.existsBelow(batch.lsn)).equals("0")) {
                    client.run(purpose, table.deleteBelow(batch.lsn));
                }
                advance(number, batch);
            }
        }
    }

    private void advance(int number, RowBatch batch) {
        if (buffers[number] != null) {
            progress.advance(number, batch.lsn, batch.commitTimeMicros);
        }
    }

    private void flushWhenFull() {
        int all = 0;
        for (HotBuffer buffer : buffers) {
            if (buffer != null && buffer.bytes() >= TABLE_BYTES_MAX) {
                flush(List.of(buffer));
            }
            all += buffer == null ? 0 : buffer.bytes();
        }
        if (all >= ALL_BYTES_MAX) {
            flushAll();
        }
    }

    private void setTimer() {
        if (isTimerSet || !progress.hasAdvanced() && dirtyBuffers().isEmpty()) {
            return;
        }
        isTimerSet = true;
        time.registerTimer(time.getCurrentProcessingTime() + flushIntervalMillis, now -> {
            isTimerSet = false;
            JobFailures.guard(this::flushAll);
        });
    }

    private List<HotBuffer> dirtyBuffers() {
        List<HotBuffer> dirty = new ArrayList<>();
        for (HotBuffer buffer : buffers) {
            if (buffer != null && !buffer.isEmpty()) {
                dirty.add(buffer);
            }
        }
        return dirty;
    }

    private void flushAll() {
        flush(dirtyBuffers());
        if (progress.hasAdvanced()) {
            progress.write(nowMicros());
        }
    }

    /** All tables at once, so that a flush takes as long as its slowest insert. */
    private void flush(List<HotBuffer> dirty) {
        List<ClickHouseClient.Call> calls = new ArrayList<>();
        for (HotBuffer buffer : dirty) {
            HotBuffer.SealedRows sealed = buffer.seal(unchanged);
            noteOmitted(buffer.table(), sealed.omitted());
            if (sealed.length() > 0) {
                calls.add(client.startInsert(
                        "insert into the hot table " + buffer.table().name(),
                        buffer.table().insertStatement(),
                        sealed.bytes(),
                        sealed.length()));
                rowsWritten.inc(sealed.rows());
            }
        }
        calls.forEach(client::finish);
        dirty.forEach(HotBuffer::clear);
    }

    private void noteOmitted(HotTable table, int omitted) {
        rowsOmitted.inc(omitted);
        if (omitted > 0 && !hasWarned) {
            hasWarned = true;
            log.warn(
                    "{}: {} updated rows of {} are left out of the hot store: the update did not send their unchanged "
                            + "TOAST values, and the hot store has no row to take them from (it has left by TTL). The lake "
                            + "holds them. REPLICA IDENTITY FULL avoids this. Further cases are only counted.",
                    ErrorCode.E0407,
                    omitted,
                    table.name());
        }
    }

    private long nowMicros() {
        return TimeUnit.MILLISECONDS.toMicros(time.getCurrentProcessingTime());
    }
}
