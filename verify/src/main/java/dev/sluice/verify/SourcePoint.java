package dev.sluice.verify;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.PostgresSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.replication.ReplicationSlotInfo;

/**
 * A position of the source, the rows as of it, and all changes after it: a temporary slot and the snapshot that was
 * exported with it. The snapshot holds every transaction whose commit record begins before {@link #lsn()}; the slot
 * shows the others. The slot goes away with its connection, whatever happens. Not thread-safe.
 */
final class SourcePoint implements AutoCloseable {
    static final String MESSAGE_PREFIX = "sluice";
    private static final Duration SLOT_PATIENCE = Duration.ofSeconds(60);
    private static final Duration CHANGES_PATIENCE = Duration.ofMinutes(10);
    private static final int ROWS_PER_FETCH = 5_000;
    /** The server cannot find the library of the output plugin. */
    private static final String UNDEFINED_FILE = "58P01";

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final SourceConnections connections;
    private final Connection replication;
    private final SourceRows rows;
    private final ChangeFeed feed;
    private final String slot;
    private final Lsn lsn;

    private SourcePoint(
            SourceConnections connections,
            Connection replication,
            SourceRows rows,
            ChangeFeed feed,
            String slot,
            Lsn lsn) {
        this.connections = connections;
        this.replication = replication;
        this.rows = rows;
        this.feed = feed;
        this.slot = slot;
        this.lsn = lsn;
    }

    /**
     * @throws SluiceException E1204 when the server lacks the plugin of {@code feed}
     */
    static SourcePoint create(SourceConnections connections, ChangeFeed feed) {
        return create(connections, feed, SLOT_PATIENCE);
    }

    /** @param patience how long the transactions that are open may last, of which the slot waits for the end */
    static SourcePoint create(SourceConnections connections, ChangeFeed feed, Duration patience) {
        String name =
                "sluice_verify_" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
        Connection replication = connections.replication(patience);
        try {
            ReplicationSlotInfo info = replication
                    .unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .createReplicationSlot()
                    .logical()
                    .withSlotName(name)
                    .withOutputPlugin(feed.plugin())
                    .withTemporaryOption()
                    .make();
            // Nothing may run on the replication connection before the snapshot is imported elsewhere.
            SourceRows rows = SourceRows.importing(connections, info.getSnapshotName());
            return new SourcePoint(
                    connections,
                    replication,
                    rows,
                    feed,
                    name,
                    new Lsn(info.getConsistentPoint().asLong()));
        } catch (SQLException e) {
            SourceRows.closeQuietly(replication);
            if (lacks(feed, e)) {
                throw new SluiceException(
                        ErrorCode.E1204,
                        "the server has no output plugin " + feed.plugin() + ": " + e.getMessage(),
                        "install PostgreSQL's contrib package on the server, and allow the plugin there",
                        e);
            }
            throw SourceConnections.failure("a temporary replication slot could not be made", e);
        } catch (RuntimeException e) {
            SourceRows.closeQuietly(replication);
            throw e;
        }
    }

    /** The plugin is not there, or not among those that the server allows; the latter error names it. */
    private static boolean lacks(ChangeFeed feed, SQLException e) {
        return UNDEFINED_FILE.equals(e.getSQLState())
                || INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())
                        && String.valueOf(e.getMessage()).contains('"' + feed.plugin() + '"');
    }

    Lsn lsn() {
        return lsn;
    }

    /** The rows as of {@link #lsn()}. */
    SourceRows rows() {
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

    /**
     * Reads the changes of all transactions whose commit record begins at or before {@code end}, which is how the lake's
     * positions count. The server's function stops after the first record that ends at or beyond the position that it
     * is given; records do not overlap: so one byte more than {@code end} takes in the record that holds {@code end}, and
     * none after it. That is exact without knowing where any commit record begins, which test_decoding does not tell.
     *
     * @return how many changes of the compared tables there were
     */
    long readChanges(Lsn end, List<ChangedRows> tables) {
        ChangeFeed.Parser parser = feed.parser(tables);
        try {
            replication.setNetworkTimeout(Runnable::run, (int) CHANGES_PATIENCE.toMillis());
            try (Statement statement = replication.createStatement()) {
                statement.execute("begin read only");
                statement.execute("declare changes no scroll cursor for select lsn, data from " + feed.function() + "("
                        + PostgresSql.literal(slot) + ", '" + new Lsn(end.value() + 1) + "', null, "
                        + feed.options() + ")");
                while (true) {
                    int rows = 0;
                    try (ResultSet row = statement.executeQuery("fetch " + ROWS_PER_FETCH + " from changes")) {
                        for (; row.next(); rows++) {
                            parser.accept(row);
                        }
                    }
                    if (rows == 0) {
                        break;
                    }
                }
                statement.execute("commit");
            }
            return parser.changes();
        } catch (SQLException e) {
            throw SourceConnections.failure("the changes could not be read by " + feed.description(), e);
        }
    }

    /** How the changes are read, for the report. */
    String description() {
        return feed.description();
    }

    /** Gives the slot back early; the rows stay readable. */
    void dropSlot() {
        SourceRows.closeQuietly(replication);
    }

    @Override
    public void close() {
        rows.close();
        SourceRows.closeQuietly(replication);
    }
}
