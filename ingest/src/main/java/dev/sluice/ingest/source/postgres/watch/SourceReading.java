package dev.sluice.ingest.source.postgres.watch;

import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.slot.ReplicationSlot;
import dev.sluice.ingest.source.postgres.slot.SourceIdentity;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.Lsn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what a look needs, on a connection that is kept from look to look. Used by one thread at a time. */
final class SourceReading implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SourceReading.class);
    private static final int COLUMN_LIST_VERSION_MIN = 150_000;

    private final PostgresConnector connector;
    private final String slotName;
    private final String publicationName;
    private final List<SourceTable> tables;
    private Connection connection;
    private boolean hasLists;
    private String identity = "";

    SourceReading(PostgresConnector connector, String slotName, String publicationName, List<SourceTable> tables) {
        this.connector = connector;
        this.slotName = slotName;
        this.publicationName = publicationName;
        this.tables = List.copyOf(tables);
    }

    /**
     * What one round trip told.
     *
     * @param flushed where the WAL ended before the rest was read
     * @param digest of the shapes of all tables
     */
    record Seen(
            boolean standby,
            Lsn flushed,
            Optional<ReplicationSlot.State> slot,
            Optional<PublicationShape> publication,
            long digest) {}

    /** @param byTable those of the tables that are there, by their index */
    record Shapes(Map<Integer, TableShape> byTable, long digest) {}

    /** Whether the next statement goes to a server process that has answered before. */
    boolean isConnected() {
        return connection != null;
    }

    /** Server and timeline at the other end: they stay for as long as the connection does. */
    String identity() throws SQLException {
        open();
        return identity;
    }

    Seen see() throws SQLException {
        String look = String.join(
                ";",
                WatchSql.SERVER,
                WatchSql.slot(slotName),
                WatchSql.publication(publicationName),
                WatchSql.digest(publicationName, tables, open() && hasLists));
        try (Statement statement = connection.createStatement()) {
            statement.execute(look);
            boolean standby;
            Lsn flushed;
            try (ResultSet row = statement.getResultSet()) {
                row.next();
                standby = row.getBoolean(1);
                flushed = Lsn.parse(row.getString(2));
            }
            Optional<ReplicationSlot.State> slot;
            try (ResultSet row = next(statement)) {
                slot = row.next() ? Optional.of(ReplicationSlot.State.of(row)) : Optional.empty();
            }
            Optional<PublicationShape> publication;
            try (ResultSet row = next(statement)) {
                publication = publication(row);
            }
            try (ResultSet row = next(statement)) {
                row.next();
                return new Seen(standby, flushed, slot, publication, row.getLong(1));
            }
        }
    }

    Optional<PublicationShape> publication() throws SQLException {
        open();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(WatchSql.publication(publicationName))) {
            return publication(row);
        }
    }

    Shapes shapes() throws SQLException {
        open();
        Map<Integer, TableShape> shapes = new HashMap<>();
        long digest = 0;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(WatchSql.shapesWithDigest(publicationName, tables, hasLists))) {
            while (row.next()) {
                shapes.put(row.getInt(1), TableShape.parse(row.getString(2)));
                digest = row.getLong(3);
            }
        }
        return new Shapes(shapes, digest);
    }

    /** Partitions beside listed ones that are not listed, by the table whose partitions they are. */
    Map<String, List<String>> unlistedPartitions() throws SQLException {
        open();
        Map<String, List<String>> names = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(WatchSql.unlistedPartitions(tables))) {
            while (row.next()) {
                List<String> ofWhole = names.computeIfAbsent(row.getString(1), whole -> new ArrayList<>());
                Optional.ofNullable(row.getString(2)).ifPresent(ofWhole::add);
            }
        }
        return names;
    }

    /** The next use connects anew. */
    @Override
    public void close() {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("The connection of the watch did not close cleanly", e);
        }
        connection = null;
    }

    private static Optional<PublicationShape> publication(ResultSet row) throws SQLException {
        return row.next() ? Optional.of(PublicationShape.parse(row.getString(1))) : Optional.empty();
    }

    private static ResultSet next(Statement statement) throws SQLException {
        statement.getMoreResults();
        return statement.getResultSet();
    }

    private boolean open() throws SQLException {
        if (connection != null) {
            return true;
        }
        Connection opened = connector.watching();
        try (Statement statement = opened.createStatement()) {
            boolean allowed;
            try (ResultSet row = statement.executeQuery(WatchSql.SESSION)) {
                row.next();
                hasLists = row.getInt(1) >= COLUMN_LIST_VERSION_MIN;
                allowed = row.getBoolean(2);
            }
            identity = allowed ? identity(statement) : SourceIdentity.of(connector);
        } catch (SQLException | RuntimeException e) {
            opened.close();
            throw e;
        }
        connection = opened;
        return true;
    }

    private static String identity(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(WatchSql.IDENTITY)) {
            row.next();
            return row.getString(1);
        }
    }
}
