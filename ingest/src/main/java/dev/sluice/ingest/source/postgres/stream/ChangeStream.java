package dev.sluice.ingest.source.postgres.stream;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.source.ChangeFeed;
import dev.sluice.ingest.source.FeedStart;
import dev.sluice.ingest.source.SliceQueue;
import dev.sluice.ingest.source.StreamSlice;
import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.source.postgres.slot.ReplicationSlot;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.Position;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.PostgresSql;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the slot in a thread of its own and hands over whole transactions. Small transactions that lie ready are handed
 * over together. Only that thread touches the replication connection; others set what is to be acknowledged.
 */
public final class ChangeStream implements ChangeFeed {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeStream.class);
    private static final int QUEUE_BYTES = 8 << 20;
    private static final int HAND_OVER_BYTES = 512 << 10;
    /** A transaction up to this size is handed over at once, and shares its cut with others. */
    private static final int OPEN_BYTES = 8 << 20;

    private static final long HAND_OVER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long IDLE_PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int STATUS_INTERVAL_SECONDS = 10;
    private static final long HEARTBEAT_MILLIS = 5_000;
    private static final long CLOSE_WAIT_MILLIS = 5_000;

    private final PostgresConnector connector;
    private final ReplicationSlot slot;
    private final String publicationName;
    private final Lsn known;
    private final PgOutputDecoder decoder;
    private final SliceQueue queue = new SliceQueue(QUEUE_BYTES);
    private final Pace pace = new Pace();
    private final Thread thread;
    private volatile boolean closed;
    private volatile long toAcknowledge;
    private volatile long lastMessageNanos = System.nanoTime();
    private volatile Connection connection;
    private long acknowledged;
    private long gatheringSinceNanos;
    /** Whether a transaction is being handed over whose end was not handed over yet. */
    private boolean isHandingOver;

    private long lastProgressNanos;

    /** Begins to read at once. */
    public ChangeStream(
            PostgresConnector connector,
            String slotName,
            String publicationName,
            List<SourceTable> tables,
            FeedStart start) {
        this.connector = connector;
        this.slot = new ReplicationSlot(slotName);
        this.publicationName = publicationName;
        this.known = start.known().lsn();
        this.decoder = new PgOutputDecoder(
                tables,
                start.position().order(),
                start.skipTo().stream().map(Position::order).toList(),
                start.stopped(),
                start.loaded());
        decoder.isInTheLake(known.value());
        this.thread = new Thread(this::run, "sluice-stream-" + slotName);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public SliceQueue slices() {
        return queue;
    }

    @Override
    public void acknowledge(Position position) {
        toAcknowledge = position.order();
    }

    @Override
    public long silentNanos() {
        return System.nanoTime() - lastMessageNanos;
    }

    @Override
    public boolean isServed() {
        try (Connection query = connector.query()) {
            return slot.state(query).flatMap(ReplicationSlot.State::activePid).isPresent();
        } catch (SQLException e) {
            throw new SluiceException(
                    ErrorCode.E0201, "slot " + slot.name() + " cannot be looked at: " + SqlErrors.message(e), "", e);
        }
    }

    @Override
    public void cut() {
        Connection open = connection;
        if (open != null) {
            abort(open);
        }
    }

    @Override
    public void fail(Throwable cause) {
        queue.fail(cause);
        cut();
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        queue.close();
        LockSupport.unpark(thread);
        thread.join(CLOSE_WAIT_MILLIS / 10);
        if (thread.isAlive()) {
            cut();
            thread.interrupt();
            thread.join(CLOSE_WAIT_MILLIS);
        }
    }

    private void run() {
        try {
            read(start());
        } catch (InterruptedException e) {
            queue.fail(e);
        } catch (Throwable e) {
            if (!closed) {
                queue.fail(
                        e instanceof SQLException sql ? broken(sql) : e instanceof OutOfMemoryError ? tooLarge(e) : e);
            }
        } finally {
            cut();
        }
    }

    private void read(PGReplicationStream stream) throws SQLException, InterruptedException {
        while (!closed) {
            acknowledge(stream);
            ByteBuffer message = stream.readPending();
            if (message == null) {
                if (stream.isClosed()) {
                    throw new SluiceException(ErrorCode.E0201, "the server ended the replication stream", "");
                }
                idle(stream);
                continue;
            }
            pace.message();
            decoder.accept(
                    message.array(),
                    message.arrayOffset() + message.position(),
                    message.arrayOffset() + message.limit());
            if (decoder.inTransaction()) {
                handOverOpen(stream);
            } else if (isHandingOver || decoder.pendingBytes() >= HAND_OVER_BYTES || isOld()) {
                handOver(stream);
            }
        }
    }

    private void idle(PGReplicationStream stream) throws SQLException, InterruptedException {
        if (decoder.inTransaction()) {
            return;
        }
        handOver(stream);
        long now = System.nanoTime();
        if (now - lastProgressNanos >= IDLE_PROGRESS_NANOS) {
            lastProgressNanos = now;
            decoder.sentUpTo(stream.getLastReceiveLSN().asLong());
            handOver(stream);
        }
        pace.idle();
    }

    /** Whether the oldest transaction that waits has waited long enough. */
    private boolean isOld() {
        long now = System.nanoTime();
        lastMessageNanos = now;
        if (gatheringSinceNanos == 0) {
            gatheringSinceNanos = now;
        }
        return now - gatheringSinceNanos >= HAND_OVER_NANOS;
    }

    /** A transaction that is too large to wait for its end goes on in parts: the sink keeps it apart until then. */
    private void handOverOpen(PGReplicationStream stream) throws SQLException, InterruptedException {
        if (decoder.sealedBytes() < (isHandingOver ? HAND_OVER_BYTES : OPEN_BYTES)) {
            return;
        }
        int bytes = decoder.sealedBytes();
        if (!isHandingOver) {
            isHandingOver = true;
            List<Batch> complete = decoder.takeComplete();
            if (!complete.isEmpty()) {
                put(stream, new StreamSlice(complete, true, Position.of(new Lsn(decoder.position()))), 0);
            }
        }
        put(stream, new StreamSlice(decoder.takeSealed(), false, Position.ZERO), bytes);
    }

    private void handOver(PGReplicationStream stream) throws SQLException, InterruptedException {
        gatheringSinceNanos = 0;
        isHandingOver = false;
        int bytes = decoder.pendingBytes();
        if (bytes == 0 && !decoder.hasNews()) {
            return;
        }
        List<Batch> batches = decoder.takeAll();
        put(stream, new StreamSlice(batches, true, Position.of(new Lsn(decoder.position()))), bytes);
    }

    /** While the lake is slow, the server must still hear from us, or it takes us for dead. */
    private void put(PGReplicationStream stream, StreamSlice slice, int bytes)
            throws SQLException, InterruptedException {
        while (!queue.offer(slice, bytes, HEARTBEAT_MILLIS)) {
            acknowledge(stream);
            stream.forceUpdateStatus();
        }
    }

    private void acknowledge(PGReplicationStream stream) throws SQLException {
        long lsn = toAcknowledge;
        if (Long.compareUnsigned(lsn, acknowledged) > 0) {
            acknowledged = lsn;
            LogSequenceNumber number = LogSequenceNumber.valueOf(lsn);
            stream.setFlushedLSN(number);
            stream.setAppliedLSN(number);
            stream.forceUpdateStatus();
        }
    }

    private PGReplicationStream start() throws SQLException {
        try (Connection query = connector.query()) {
            slot.awaitInactive(query, Optional.of(connector.applicationName()));
            // After the wait: whoever had the slot may have dropped it and made another.
            slot.check(query, known);
        }
        connection = connector.replication();
        try {
            PGReplicationStream stream = connection
                    .unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .replicationStream()
                    .logical()
                    .withSlotName(slot.name())
                    .withSlotOption("proto_version", 1)
                    .withSlotOption("publication_names", PostgresSql.identifier(publicationName))
                    .withSlotOption("binary", true)
                    .withSlotOption("messages", true)
                    .withStatusInterval(STATUS_INTERVAL_SECONDS, TimeUnit.SECONDS)
                    // Only what is on record in the lake may be acknowledged, never what was merely received.
                    .withAutomaticFlush(false)
                    .start();
            LOG.info("Streaming from slot {}", slot.name());
            return stream;
        } catch (SQLException e) {
            throw notStarted(e);
        }
    }

    private SluiceException notStarted(SQLException e) {
        if (SqlErrors.is(e, SqlErrors.UNDEFINED_OBJECT)) {
            return new SluiceException(
                    ErrorCode.E0215,
                    "slot " + slot.name() + " or publication " + publicationName + " is gone: " + SqlErrors.message(e),
                    Remedy.LOAD_ANEW,
                    e);
        }
        if (SqlErrors.is(e, SqlErrors.OBJECT_NOT_IN_PREREQUISITE_STATE)) {
            return new SluiceException(
                    ErrorCode.E0214,
                    "slot " + slot.name() + " cannot be read any more: " + SqlErrors.message(e),
                    "raise max_slot_wal_keep_size; then " + Remedy.LOAD_ANEW,
                    e);
        }
        return broken(e);
    }

    /** A message is read as a whole before anything is known of it, so nobody can say of which table it is. */
    private static SluiceException tooLarge(Throwable e) {
        return new SluiceException(
                ErrorCode.E0410,
                "a message of the replication stream does not fit in the heap of the TaskManager, "
                        + (Runtime.getRuntime().maxMemory() >> 20) + " MB; changes of up to "
                        + RowForm.CHANGE_BYTES_MAX
                        + " bytes do",
                "give the TaskManager a larger heap (taskmanager.memory.task.heap.size), then start the pipeline again",
                e);
    }

    private SluiceException broken(SQLException e) {
        return new SluiceException(
                ErrorCode.E0201,
                "the replication stream of slot " + slot.name() + " broke: " + SqlErrors.message(e),
                "nothing is lost: the pipeline reconnects and goes on where the lake stands",
                e);
    }

    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("The replication connection did not close cleanly", e);
        }
    }
}
