package dev.sluice.ingest.postgres.load;

import dev.sluice.ingest.postgres.connection.PostgresConnector;
import dev.sluice.ingest.postgres.connection.SqlErrors;
import dev.sluice.ingest.postgres.connection.SqlNames;
import dev.sluice.ingest.postgres.load.ChunkPlanner.PageRange;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.replication.ReplicationSlotInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a load together: locks that keep TRUNCATE and rewriting DDL away, and the connection that exports the snapshot
 * at the slot's consistent point. The snapshot dies with this object. Not thread-safe.
 */
public final class LoadSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadSession.class);
    private static final int LOCK_TIMEOUT_MILLIS = 30_000;

    private final Connection locks;
    private final Connection exporter;
    private final String snapshotName;
    private final long loadLsn;
    private final long timeMicros;

    private LoadSession(Connection locks, Connection exporter, String snapshotName, long loadLsn, long timeMicros) {
        this.locks = locks;
        this.exporter = exporter;
        this.snapshotName = snapshotName;
        this.loadLsn = loadLsn;
        this.timeMicros = timeMicros;
    }

    /**
     * Locks the tables and creates the slot.
     *
     * @param temporary whether the slot vanishes with this session
     */
    public static LoadSession open(
            PostgresConnector connector, List<SourceTable> tables, String slotName, boolean temporary) {
        Connection locks = null;
        Connection exporter = null;
        try {
            locks = connector.query();
            lock(locks, tables);
            exporter = connector.replication();
            var builder = exporter.unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .createReplicationSlot()
                    .logical()
                    .withSlotName(slotName)
                    .withOutputPlugin("pgoutput");
            ReplicationSlotInfo slot = (temporary ? builder.withTemporaryOption() : builder).make();
            // The snapshot holds the commits before the consistent point; one that begins exactly there is streamed.
            long loadLsn = slot.getConsistentPoint().asLong() - 1;
            return new LoadSession(locks, exporter, slot.getSnapshotName(), loadLsn, serverTimeMicros(locks));
        } catch (SQLException e) {
            close(exporter);
            close(locks);
            throw failed(slotName, e);
        } catch (RuntimeException e) {
            close(exporter);
            close(locks);
            throw e;
        }
    }

    public String snapshotName() {
        return snapshotName;
    }

    /** The rows of the snapshot are those of every transaction with a commit LSN up to here, and of no other. */
    public long loadLsn() {
        return loadLsn;
    }

    /** The server's clock when the snapshot was there, microseconds since 1970. */
    public long timeMicros() {
        return timeMicros;
    }

    /** The page ranges of a table. */
    public List<PageRange> chunks(SourceTable table, long chunkBytes) {
        try (PreparedStatement statement = locks.prepareStatement("""
                select pg_relation_size(c.oid) / s.page, s.page, pg_table_size(c.oid)
                from pg_class c, (select current_setting('block_size')::bigint as page) s
                where c.oid = ?
                """)) {
            statement.setLong(1, Integer.toUnsignedLong(table.oid()));
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new SluiceException(
                            ErrorCode.E0206, table.schema() + "." + table.name() + " was dropped meanwhile", "");
                }
                return ChunkPlanner.plan(row.getLong(1), row.getLong(2), row.getLong(3), chunkBytes);
            }
        } catch (SQLException e) {
            throw new SluiceException(ErrorCode.E0301, "planning failed: " + SqlErrors.message(e), "", e);
        }
    }

    @Override
    public void close() {
        close(exporter);
        close(locks);
    }

    private static void lock(Connection connection, List<SourceTable> tables) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set transaction read only");
            statement.execute("set local lock_timeout = " + LOCK_TIMEOUT_MILLIS);
            statement.execute(tables.stream()
                    .map(t -> "only " + SqlNames.qualified(t.schema(), t.name()))
                    .collect(Collectors.joining(", ", "lock table ", " in access share mode")));
        }
    }

    private static long serverTimeMicros(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select (extract(epoch from clock_timestamp()) * 1000000)::bigint")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static SluiceException failed(String slotName, SQLException e) {
        if (SqlErrors.is(e, SqlErrors.LOCK_NOT_AVAILABLE)) {
            return new SluiceException(
                    ErrorCode.E0301,
                    "a table could not be locked in share mode within " + LOCK_TIMEOUT_MILLIS / 1000 + " s",
                    "wait for the DDL that runs on it (see pg_locks), then start again",
                    e);
        }
        if (SqlErrors.is(e, SqlErrors.CONFIGURATION_LIMIT_EXCEEDED)) {
            return new SluiceException(
                    ErrorCode.E0208,
                    "slot " + slotName + " could not be created: " + SqlErrors.message(e),
                    "drop a slot that nobody needs, or raise max_replication_slots",
                    e);
        }
        return new SluiceException(
                ErrorCode.E0301,
                "slot " + slotName + " could not be created: " + SqlErrors.message(e),
                "creating a slot waits for all running transactions: end long ones (see pg_stat_activity)",
                e);
    }

    private static void close(Connection connection) {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("A connection of the load did not close cleanly", e);
        }
    }
}
