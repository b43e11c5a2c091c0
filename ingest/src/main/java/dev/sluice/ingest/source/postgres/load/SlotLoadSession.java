package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.source.LoadSession;
import dev.sluice.ingest.source.SnapshotLostException;
import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.lake.Position;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.replication.ReplicationSlotInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A position at which tables can be loaded: the consistent point of a slot, and a transaction that keeps the snapshot of
 * that point. It holds no lock on any table. Everything here talks to the server and runs off the enumerator's thread,
 * one call at a time; what the getters tell can be asked by any thread.
 */
public final class SlotLoadSession implements LoadSession {
    private static final Logger LOG = LoggerFactory.getLogger(SlotLoadSession.class);

    private final PostgresConnector connector;
    private final String slotName;
    private final long loadLsn;
    private final long timeMicros;
    /** Holds a temporary slot; null when that is not needed any more. */
    private Connection slot;

    private volatile SnapshotTransaction keeper;

    private SlotLoadSession(
            PostgresConnector connector, Connection slot, ReplicationSlotInfo info, SnapshotTransaction keeper)
            throws SQLException {
        this.connector = connector;
        this.slot = slot;
        this.slotName = info.getSlotName();
        // The snapshot holds the commits before the consistent point; one that begins exactly there is streamed.
        this.loadLsn = info.getConsistentPoint().asLong() - 1;
        this.keeper = keeper;
        this.timeMicros = serverTimeMicros(keeper.connection());
    }

    /**
     * Creates a slot and takes over its snapshot.
     *
     * @param temporary whether the slot vanishes with {@link #releaseSlot}
     */
    public static SlotLoadSession open(PostgresConnector connector, String slotName, boolean temporary) {
        Connection slot = null;
        SnapshotTransaction keeper = null;
        boolean opened = false;
        try {
            slot = connector.replication();
            var builder = slot.unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .createReplicationSlot()
                    .logical()
                    .withSlotName(slotName)
                    .withOutputPlugin("pgoutput");
            ReplicationSlotInfo info = (temporary ? builder.withTemporaryOption() : builder).make();
            keeper = SnapshotTransaction.begin(connector, info.getSnapshotName());
            SlotLoadSession session = new SlotLoadSession(connector, slot, info, keeper);
            opened = true;
            return session;
        } catch (SQLException e) {
            throw failed(slotName, e);
        } catch (SnapshotLostException e) {
            throw new SluiceException(
                    ErrorCode.E0302,
                    "the snapshot of slot " + slotName + " was gone as soon as it was made",
                    "nothing to do: it is tried again",
                    e);
        } finally {
            if (!opened) {
                if (keeper != null) {
                    keeper.close();
                }
                close(slot);
            }
        }
    }

    @Override
    public String snapshotName() {
        return keeper.exportedName();
    }

    @Override
    public Position position() {
        return Position.of(new Lsn(loadLsn));
    }

    @Override
    public long timeMicros() {
        return timeMicros;
    }

    /** The first TRUNCATE after this position of each of the tables that has one: its commit LSN, by object id. */
    public Map<Integer, Long> truncates(String publicationName, Set<Integer> oids) {
        try {
            return TruncateSearch.run(slot, slotName, publicationName, oids);
        } catch (SQLException e) {
            throw failed(slotName, e);
        }
    }

    /** The snapshot lives on without the connection that made it. */
    public void releaseSlot() {
        close(slot);
        slot = null;
    }

    @Override
    public boolean holdAgain(Collection<String> names) {
        if (keeper.isAlive()) {
            return true;
        }
        for (String name : names) {
            try {
                SnapshotTransaction next = SnapshotTransaction.begin(connector, name);
                keeper.close();
                keeper = next;
                LOG.info("The snapshot of the load was taken over from a reader");
                return true;
            } catch (SnapshotLostException e) {
                LOG.debug("A reader that held the snapshot has let it go", e);
            } catch (SQLException e) {
                throw new SluiceException(
                        ErrorCode.E0301, "taking over the load's snapshot failed: " + SqlErrors.message(e), "", e);
            }
        }
        return false;
    }

    @Override
    public void close() {
        releaseSlot();
        keeper.close();
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
        if (SqlErrors.is(e, SqlErrors.CONFIGURATION_LIMIT_EXCEEDED)) {
            return new SluiceException(
                    ErrorCode.E0208,
                    "slot " + slotName + " could not be created: " + SqlErrors.message(e),
                    "drop a slot that nobody needs, or raise max_replication_slots",
                    e);
        }
        return new SluiceException(
                ErrorCode.E0301,
                "slot " + slotName + " could not be used for the load: " + SqlErrors.message(e),
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
