package dev.sluice.ingest.postgres.watch;

import dev.sluice.ingest.postgres.connection.PostgresConnector;
import dev.sluice.ingest.postgres.connection.SqlErrors;
import dev.sluice.ingest.postgres.slot.ReplicationSlot;
import dev.sluice.ingest.postgres.slot.SourceIdentity;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the source is still the one that the lake was filled from: one round trip on a connection that is kept,
 * a second one when anything changed. Harmless changes are taken over as what is expected from then on. Used by one
 * thread at a time: the enumerator's at a start, a reader's, the acknowledger's, the committer's, each with its own.
 */
public final class SourceWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SourceWatch.class);
    private static final int COLUMN_LIST_VERSION_MIN = 150_000;

    /**
     * What the source is compared with.
     *
     * @param identity of the server
     * @param publication as it was made; empty when nothing relies on it yet
     * @param tables shapes of the tables that are followed, by their index in the pipeline; others are not looked at
     */
    public record Expected(
            String identity, Optional<PublicationShape> publication, Map<Integer, TableShape> tables) {
        public Expected {
            tables = Map.copyOf(tables);
        }
    }

    private final PostgresConnector connector;
    private final ReplicationSlot slot;
    private final String publicationName;
    private final List<SourceTable> tables;
    private final String identity;
    private final Map<Integer, TableShape> expected;
    private final Map<Integer, TableShape> drifted = new HashMap<>();
    private Optional<PublicationShape> publication;
    private boolean publicationDrifted;
    private Connection connection;
    private boolean hasLists;
    /** Under which everything was found intact; null before that. */
    private Long intactDigest;

    /** @param tables all tables of the pipeline, in its order */
    public SourceWatch(
            PostgresConnector connector,
            String slotName,
            String publicationName,
            List<SourceTable> tables,
            Expected expected) {
        this.connector = connector;
        this.slot = new ReplicationSlot(slotName);
        this.publicationName = publicationName;
        this.tables = List.copyOf(tables);
        this.identity = expected.identity();
        this.publication = expected.publication();
        this.expected = new HashMap<>(expected.tables());
    }

    /** What one round trip told. */
    private record Seen(
            boolean standby,
            Lsn flushed,
            Optional<ReplicationSlot.State> slot,
            Optional<PublicationShape> publication,
            long digest) {}

    /**
     * Looks once; connects again once when the kept connection is found broken.
     *
     * @param known every commit up to here is in the lake, or is about to be
     * @param acknowledged the slot may stand there and no further
     * @throws SluiceException E0201, E0202 when the source cannot be looked at: nothing is known then
     */
    public Look look(Lsn known, Lsn acknowledged) {
        boolean fresh = connection == null;
        try {
            return compare(known, acknowledged);
        } catch (SQLException e) {
            disconnect();
            if (fresh) {
                throw unreadable(e);
            }
        }
        try {
            return compare(known, acknowledged);
        } catch (SQLException e) {
            disconnect();
            throw unreadable(e);
        }
    }

    /** Shapes that have changed without harm, to be recorded; each is given once. */
    public Map<Integer, TableShape> takeDrifted() {
        Map<Integer, TableShape> taken = Map.copyOf(drifted);
        drifted.clear();
        return taken;
    }

    /** The publication, when it has changed without harm; given once. */
    public Optional<PublicationShape> takeDriftedPublication() {
        Optional<PublicationShape> taken = publicationDrifted ? publication : Optional.empty();
        publicationDrifted = false;
        return taken;
    }

    /** The publication as it is; empty when there is none. */
    public Optional<PublicationShape> readPublication() {
        return reading(() -> {
            try (Statement statement = open().createStatement();
                    ResultSet row = statement.executeQuery(WatchSql.publication(publicationName))) {
                return row.next() ? Optional.of(PublicationShape.parse(row.getString(1))) : Optional.empty();
            }
        });
    }

    /** The shapes of all tables that are there, by their index. */
    public Map<Integer, TableShape> readShapes() {
        return reading(() -> {
            Map<Integer, TableShape> shapes = new HashMap<>();
            readShapesAndDigest(shapes);
            return shapes;
        });
    }

    /** What is expected from now on: a table that was loaded, or whose entry in the publication Sluice changed. */
    public void expect(int table, TableShape shape) {
        expected.put(table, shape);
        intactDigest = null;
    }

    public void expect(PublicationShape made) {
        publication = Optional.of(made);
    }

    @Override
    public void close() {
        disconnect();
    }

    private Look compare(Lsn known, Lsn acknowledged) throws SQLException {
        boolean fresh = connection == null;
        Connection open = open();
        if (fresh) {
            String now = identity(open);
            if (!now.equals(identity)) {
                disconnect();
                return new Look.PipelineDiffers(Lsn.ZERO, SourceIdentity.difference(identity, now));
            }
        }
        Seen seen = see(open);
        Optional<SluiceException> whole = pipelineDifference(seen, known, acknowledged);
        if (whole.isPresent()) {
            return new Look.PipelineDiffers(seen.flushed, whole.get());
        }
        takeOver(seen.publication);
        if (intactDigest != null && intactDigest == seen.digest) {
            return new Look.Intact(seen.flushed);
        }
        List<TableStop> stops = compareTables();
        return stops.isEmpty() ? new Look.Intact(seen.flushed) : new Look.TablesDiffer(seen.flushed, stops);
    }

    private Seen see(Connection open) throws SQLException {
        String look = String.join(
                ";",
                WatchSql.SERVER,
                WatchSql.slot(slot.name()),
                WatchSql.publication(publicationName),
                WatchSql.digest(publicationName, tables, hasLists));
        try (Statement statement = open.createStatement()) {
            statement.execute(look);
            boolean standby;
            Lsn flushed;
            try (ResultSet row = statement.getResultSet()) {
                row.next();
                standby = row.getBoolean(1);
                flushed = Lsn.parse(row.getString(2));
            }
            statement.getMoreResults();
            Optional<ReplicationSlot.State> state;
            try (ResultSet row = statement.getResultSet()) {
                state = row.next() ? Optional.of(ReplicationSlot.State.of(row)) : Optional.empty();
            }
            statement.getMoreResults();
            Optional<PublicationShape> there;
            try (ResultSet row = statement.getResultSet()) {
                there = row.next() ? Optional.of(PublicationShape.parse(row.getString(1))) : Optional.empty();
            }
            statement.getMoreResults();
            try (ResultSet row = statement.getResultSet()) {
                row.next();
                return new Seen(standby, flushed, state, there, row.getLong(1));
            }
        }
    }

    private Optional<SluiceException> pipelineDifference(Seen seen, Lsn known, Lsn acknowledged) {
        if (seen.standby) {
            return Optional.of(new SluiceException(
                    ErrorCode.E0217,
                    connector.target() + " is a standby now",
                    "point source.postgres.host at the primary"));
        }
        if (seen.flushed.compareTo(known) < 0) {
            return Optional.of(new SluiceException(
                    ErrorCode.E0219,
                    "the WAL of " + connector.target() + " ends at " + seen.flushed + ", but the lake holds commits up to "
                            + known + ": the server was restored to an earlier moment",
                    Remedy.LOAD_ANEW));
        }
        try {
            slot.check(seen.slot, acknowledged);
        } catch (SluiceException e) {
            return Optional.of(e);
        }
        return publication
                .flatMap(was -> was.differenceFrom(seen.publication))
                .map(difference -> new SluiceException(
                        ErrorCode.E0220,
                        "publication " + publicationName + " " + difference
                                + ": changes may be missing in every table since",
                        Remedy.LOAD_ANEW));
    }

    private void takeOver(Optional<PublicationShape> now) {
        if (publication.isPresent() && !publication.equals(now)) {
            LOG.info("Publication {} has another owner or was altered without harm: {}", publicationName, now);
            publication = now;
            publicationDrifted = true;
        }
    }

    private List<TableStop> compareTables() throws SQLException {
        Map<Integer, TableShape> now = new HashMap<>();
        long digest = readShapesAndDigest(now);
        List<TableStop> stops = new ArrayList<>();
        expected.forEach((index, was) -> {
            TableShape is = now.get(index);
            Optional<TableStop> stop = ShapeDifference.of(index, tables.get(index), was, Optional.ofNullable(is));
            if (stop.isPresent()) {
                stops.add(stop.get());
            } else if (!is.equals(was)) {
                drifted.put(index, is);
            }
        });
        expected.putAll(drifted);
        intactDigest = stops.isEmpty() ? digest : null;
        return stops;
    }

    private long readShapesAndDigest(Map<Integer, TableShape> shapes) throws SQLException {
        long digest = 0;
        try (Statement statement = open().createStatement();
                ResultSet row =
                        statement.executeQuery(WatchSql.shapesWithDigest(publicationName, tables, hasLists))) {
            while (row.next()) {
                shapes.put(row.getInt(1), TableShape.parse(row.getString(2)));
                digest = row.getLong(3);
            }
        }
        return digest;
    }

    private String identity(Connection open) throws SQLException {
        try (Statement statement = open.createStatement()) {
            try (ResultSet row = statement.executeQuery(WatchSql.IDENTITY_ALLOWED)) {
                row.next();
                if (!row.getBoolean(1)) {
                    return SourceIdentity.of(connector);
                }
            }
            try (ResultSet row = statement.executeQuery(WatchSql.IDENTITY)) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private Connection open() throws SQLException {
        if (connection == null) {
            Connection opened = connector.watching();
            try (Statement statement = opened.createStatement();
                    ResultSet row = statement.executeQuery("select current_setting('server_version_num')::int")) {
                row.next();
                hasLists = row.getInt(1) >= COLUMN_LIST_VERSION_MIN;
            } catch (SQLException e) {
                opened.close();
                throw e;
            }
            connection = opened;
        }
        return connection;
    }

    private void disconnect() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.debug("The connection of the watch did not close cleanly", e);
            }
            connection = null;
        }
    }

    private interface Reading<T> {
        T read() throws SQLException;
    }

    private <T> T reading(Reading<T> reading) {
        try {
            return reading.read();
        } catch (SQLException e) {
            disconnect();
            throw unreadable(e);
        }
    }

    private SluiceException unreadable(SQLException e) {
        return new SluiceException(
                ErrorCode.E0201,
                "the source " + connector.target() + " could not be looked at: " + SqlErrors.message(e),
                "",
                e);
    }
}
