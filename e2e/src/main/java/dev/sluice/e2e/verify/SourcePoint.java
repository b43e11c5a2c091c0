package dev.sluice.e2e.verify;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.PostgresIdentifiers;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;
import org.postgresql.replication.ReplicationSlotInfo;

/**
 * A position of the source, the rows as of it, and all changes after it: a temporary slot and the snapshot that was
 * exported with it. The snapshot holds every transaction whose commit record begins before {@link #lsn()}; the slot
 * streams the others. The slot goes away with its connection, whatever happens. Not thread-safe.
 */
final class SourcePoint implements AutoCloseable {
    static final String MESSAGE_PREFIX = "sluice";
    private static final Duration SLOT_PATIENCE = Duration.ofSeconds(60);
    private static final Duration STREAM_PATIENCE = Duration.ofMinutes(5);
    private static final long IDLE_NANOS = 2_000_000;
    private static final int LOCK_TIMEOUT_MILLIS = 10_000;

    private final SourceConnections connections;
    private final Connection replication;
    private final Connection rows;
    private final String slot;
    private final Lsn lsn;

    private SourcePoint(SourceConnections connections, Connection replication, Connection rows, String slot, Lsn lsn) {
        this.connections = connections;
        this.replication = replication;
        this.rows = rows;
        this.slot = slot;
        this.lsn = lsn;
    }

    /** Locks {@code tables} against TRUNCATE, which older snapshots would see, until this is closed. */
    static SourcePoint create(SourceConnections connections, List<ComparedTable> tables) {
        String name =
                "sluice_verify_" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
        Connection replication = connections.replication(SLOT_PATIENCE);
        try {
            ReplicationSlotInfo info = replication
                    .unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .createReplicationSlot()
                    .logical()
                    .withSlotName(name)
                    .withOutputPlugin("pgoutput")
                    .withTemporaryOption()
                    .make();
            // Nothing may run on the replication connection before the snapshot is imported elsewhere.
            Connection rows = importing(connections, info.getSnapshotName(), tables);
            return new SourcePoint(
                    connections,
                    replication,
                    rows,
                    name,
                    new Lsn(info.getConsistentPoint().asLong()));
        } catch (SQLException e) {
            closeQuietly(replication);
            throw SourceConnections.failure("a temporary replication slot could not be made", e);
        } catch (RuntimeException e) {
            closeQuietly(replication);
            throw e;
        }
    }

    private static Connection importing(SourceConnections connections, String snapshot, List<ComparedTable> tables)
            throws SQLException {
        Connection rows = connections.query();
        try (Statement statement = rows.createStatement()) {
            rows.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            rows.setReadOnly(true);
            rows.setAutoCommit(false);
            statement.execute("set transaction snapshot " + PostgresIdentifiers.literal(snapshot));
            statement.execute("set local lock_timeout = " + LOCK_TIMEOUT_MILLIS);
            statement.execute("lock table "
                    + tables.stream()
                            .map(table -> PostgresIdentifiers.quote(
                                    table.spec().schema(), table.spec().name()))
                            .collect(Collectors.joining(", "))
                    + " in access share mode");
            return rows;
        } catch (SQLException e) {
            closeQuietly(rows);
            throw e;
        }
    }

    Lsn lsn() {
        return lsn;
    }

    /** The connection whose open transaction sees the rows as of {@link #lsn()}. */
    Connection rows() {
        return rows;
    }

    /**
     * Writes a message into the WAL, so that a pipeline without changes gets past this position too. It is
     * transactional because only then is it flushed at once.
     */
    void emitMessage(String content) {
        try (Connection connection = connections.query();
                PreparedStatement statement =
                        connection.prepareStatement("select pg_logical_emit_message(true, ?, ?)")) {
            statement.setString(1, MESSAGE_PREFIX);
            statement.setString(2, content);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
            }
        } catch (SQLException e) {
            throw SourceConnections.failure("a message could not be written into the WAL", e);
        }
    }

    /** Reads the changes after {@link #lsn()} until {@code changes} has seen the message that ends them. */
    void readChanges(String publication, ChangeDecoder changes) {
        long deadline = System.nanoTime() + STREAM_PATIENCE.toNanos();
        try (PGReplicationStream stream = replication
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(slot)
                .withSlotOption("proto_version", 1)
                .withSlotOption("publication_names", PostgresIdentifiers.quote(publication))
                .withSlotOption("messages", true)
                .start()) {
            while (!changes.ended()) {
                ByteBuffer message = stream.readPending();
                if (message != null) {
                    changes.accept(message);
                } else if (System.nanoTime() > deadline) {
                    throw new SQLException("the changes did not arrive within " + STREAM_PATIENCE.toSeconds() + " s");
                } else {
                    LockSupport.parkNanos(IDLE_NANOS);
                }
            }
        } catch (SQLException e) {
            throw SourceConnections.failure("the changes could not be read through publication " + publication, e);
        }
    }

    /** Gives the slot back early; the rows stay readable. */
    void dropSlot() {
        closeQuietly(replication);
    }

    @Override
    public void close() {
        closeQuietly(rows);
        closeQuietly(replication);
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // Nothing hangs on it: the server ends the session with the socket.
        }
    }
}
