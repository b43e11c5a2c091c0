package dev.sluice.ingest.source.postgres.slot;

import dev.sluice.ingest.source.postgres.catalogue.PostgresIds;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.PostgresSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The publication of a pipeline: exactly its tables. It must exist before the slot's consistent point, because pgoutput
 * looks it up as it was at the LSN that it decodes. What it does for a table that is followed already is never repaired
 * here: a start looks at that first, and stops what is not as it was.
 */
public final class Publication {
    private static final Logger LOG = LoggerFactory.getLogger(Publication.class);
    /** A table that is added must see no writer half-way; writers are not kept waiting longer than this. */
    private static final int LOCK_TIMEOUT_MILLIS = 2_000;

    private static final int ATTEMPTS_MAX = 10;

    private final String name;
    private final List<SourceTable> tables;
    private final boolean excludeAtSource;

    /**
     * @param tables of the pipeline
     * @param excludeAtSource whether tables with excluded columns get a column list
     */
    public Publication(String name, List<SourceTable> tables, boolean excludeAtSource) {
        this.name = name;
        this.tables = tables;
        this.excludeAtSource = excludeAtSource;
    }

    /**
     * Makes the publication fit; does nothing, and needs no privilege, when it does already.
     *
     * @param followed indexes of the tables that are streamed already, and were found intact
     * @param missing indexes of the tables that are to be loaded: whatever the publication says of them may be changed
     * @throws SluiceException E0205, E0207, E0201; nothing was changed
     */
    public void ensure(Connection connection, Set<Integer> followed, List<Integer> missing) {
        try {
            PublishedTables there = PublishedTables.read(connection, name);
            if (followed.isEmpty() && !fits(there, missing)) {
                make(connection, there, missing);
            } else if (!followed.isEmpty()) {
                change(connection, there, followed, missing);
            }
            if (!fits(PublishedTables.read(connection, name), missing)) {
                throw new SluiceException(
                        ErrorCode.E0207,
                        "publication " + name + " does not publish exactly the tables and columns of the pipeline",
                        "DROP PUBLICATION " + PostgresSql.identifier(name) + "; and start again");
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Drops the publication of this name, if there is one. E0205 when it belongs to somebody else. */
    public static void drop(Connection connection, String name) throws SQLException {
        String drop = "drop publication if exists " + PostgresSql.identifier(name);
        try (Statement statement = connection.createStatement()) {
            statement.execute(drop);
        } catch (SQLException e) {
            if (!SqlErrors.is(e, SqlErrors.INSUFFICIENT_PRIVILEGE)) {
                throw e;
            }
            throw new SluiceException(
                    ErrorCode.E0205,
                    "publication " + name + " cannot be dropped: " + SqlErrors.message(e),
                    "let its owner run: " + drop,
                    e);
        }
    }

    /** Whether it publishes these tables, with all operations, and no table that is not of the pipeline. */
    private boolean fits(PublishedTables there, List<Integer> missing) {
        return there.isComplete() && missing.stream().map(tables::get).allMatch(table -> isAsMade(there, table));
    }

    private boolean isAsMade(PublishedTables there, SourceTable table) {
        return there.find(PostgresIds.oid(table))
                .filter(entry -> !entry.filtered() && entry.columns().equals(listOf(table)))
                .isPresent();
    }

    /** Nothing is followed, so nothing can be lost with what is there. */
    private void make(Connection connection, PublishedTables there, List<Integer> missing) throws SQLException {
        List<String> statements = new ArrayList<>();
        if (there.exists()) {
            statements.add("drop publication " + PostgresSql.identifier(name));
        }
        statements.add(createStatement(missing.stream().map(tables::get).toList()));
        execute(connection, statements);
    }

    /**
     * Adds what is missing and drops what is no longer of the pipeline. The row of the publication itself stays as it is,
     * so that a change by somebody else can be told from this.
     */
    private void change(Connection connection, PublishedTables there, Set<Integer> followed, List<Integer> missing)
            throws SQLException {
        List<SourceTable> added = missing.stream()
                .map(tables::get)
                .filter(table -> !isAsMade(there, table))
                .toList();
        if (!added.isEmpty()) {
            execute(connection, again(there, added));
        }
        Set<Integer> own = tables.stream().map(PostgresIds::oid).collect(Collectors.toSet());
        tidy(
                connection,
                there.entries().stream()
                        .filter(entry -> !own.contains(entry.oid()))
                        .map(entry -> "alter publication " + PostgresSql.identifier(name) + " drop table only "
                                + entry.name())
                        .toList());
        List<SourceTable> otherwiseListed = followed.stream()
                .map(tables::get)
                .filter(table -> there.find(PostgresIds.oid(table)).isPresent() && !isAsMade(there, table))
                .toList();
        if (!otherwiseListed.isEmpty()) {
            LOG.info("Publication {}: column lists of {} tables change with exclude-at", name, otherwiseListed.size());
            tidy(connection, again(there, otherwiseListed));
        }
    }

    /** In one transaction there is no position at which a table is out. */
    private List<String> again(PublishedTables there, List<SourceTable> changed) {
        List<String> statements = new ArrayList<>();
        // Keeps out servers' older defect of losing changes that run beside ALTER PUBLICATION.
        statements.add(changed.stream()
                .map(t -> "only " + PostgresSql.qualified(t.schema(), t.name()))
                .collect(Collectors.joining(", ", "lock table ", " in share row exclusive mode")));
        for (SourceTable table : changed) {
            String alter = "alter publication " + PostgresSql.identifier(name);
            if (there.find(PostgresIds.oid(table)).isPresent()) {
                statements.add(alter + " drop table only " + PostgresSql.qualified(table.schema(), table.name()));
            }
            statements.add(alter + " add table " + tableItem(table));
        }
        return statements;
    }

    /** What is not needed for exactness may fail, as for want of a privilege. */
    private void tidy(Connection connection, List<String> statements) throws SQLException {
        if (statements.isEmpty()) {
            return;
        }
        try {
            execute(connection, statements);
        } catch (SQLException e) {
            if (SqlErrors.isPassing(e) && !SqlErrors.is(e, SqlErrors.LOCK_NOT_AVAILABLE)) {
                throw e;
            }
            LOG.warn("Publication {} stays as it is, which loses nothing: {}", name, SqlErrors.message(e));
        }
    }

    private SluiceException failed(SQLException e) {
        if (SqlErrors.isPassing(e)) {
            return new SluiceException(
                    ErrorCode.E0201,
                    "publication " + name + " could not be created or changed now: " + SqlErrors.message(e),
                    "",
                    e);
        }
        boolean privilege = SqlErrors.is(e, SqlErrors.INSUFFICIENT_PRIVILEGE);
        return new SluiceException(
                privilege ? ErrorCode.E0205 : ErrorCode.E0207,
                "publication " + name + " cannot be created or changed: " + SqlErrors.message(e),
                privilege ? "let an owner of the tables run: " + createStatement(tables) : "",
                e);
    }

    /** Waits for locks a short while only, several times. */
    private static void execute(Connection connection, List<String> statements) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                executeOnce(connection, statements);
                return;
            } catch (SQLException e) {
                if (!SqlErrors.is(e, SqlErrors.LOCK_NOT_AVAILABLE) || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }

    private static void executeOnce(Connection connection, List<String> statements) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local lock_timeout = " + LOCK_TIMEOUT_MILLIS);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private String createStatement(List<SourceTable> published) {
        return "create publication " + PostgresSql.identifier(name) + " for table "
                + published.stream().map(this::tableItem).collect(Collectors.joining(", "));
    }

    private String tableItem(SourceTable table) {
        String item = "only " + PostgresSql.qualified(table.schema(), table.name());
        if (!isListed(table)) {
            return item;
        }
        return item
                + table.columns().stream()
                        .map(SourceColumn::name)
                        .map(PostgresSql::identifier)
                        .collect(Collectors.joining(", ", " (", ")"));
    }

    private boolean isListed(SourceTable table) {
        return excludeAtSource && !table.excludedColumns().isEmpty();
    }

    private Set<String> listOf(SourceTable table) {
        return isListed(table)
                ? new HashSet<>(table.columns().stream().map(SourceColumn::name).toList())
                : Set.of();
    }
}
