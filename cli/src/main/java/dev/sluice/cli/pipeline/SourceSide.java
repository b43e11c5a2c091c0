package dev.sluice.cli.pipeline;

import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.SlotNames;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * What the source knows of a pipeline.
 *
 * @param walAt end of its WAL
 * @param slot {@code active}, {@code inactive}, {@code missing} or {@code unknown}, or a worse WAL state
 * @param retainedBytes WAL that is kept for the slot
 * @param leftBytes WAL that may come until the slot is lost; empty when nothing bounds it
 */
record SourceSide(Optional<Lsn> walAt, String slot, Optional<Long> retainedBytes, Optional<Long> leftBytes) {
    static final SourceSide UNKNOWN = new SourceSide(Optional.empty(), "unknown", Optional.empty(), Optional.empty());
    private static final long NAME_WITHIN_SECONDS = 3;
    /** Where the lake cannot say which slot is its own, the only one that can be is taken for it. */
    private static final String QUERY = """
            SELECT pg_current_wal_flush_lsn()::text, s.active, s.wal_status,
                pg_wal_lsn_diff(pg_current_wal_flush_lsn(), s.restart_lsn)::bigint, s.safe_wal_size
            FROM (SELECT 1) one LEFT JOIN pg_replication_slots s
              ON s.slot_name ~ ? AND s.slot_name !~ '_load$' AND s.database = current_database()
            """;

    static SourceSide read(PipelineSpec spec, List<String> problems) {
        PostgresConnector connector = new PostgresConnector(spec.source(), "sluice status");
        try (Connection connection = connector.query();
                PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setString(
                    1,
                    slotName(spec)
                            .map(name -> "^" + name + "$")
                            .orElse("^sluice_" + spec.pipeline() + "(_[0-9a-f]{8})?$"));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new SourceSide(
                        Optional.of(Lsn.parse(row.getString(1))),
                        slot(row.getObject(2, Boolean.class), row.getString(3)),
                        Optional.ofNullable(row.getObject(4, Long.class)),
                        Optional.ofNullable(row.getObject(5, Long.class)));
            }
        } catch (SQLException e) {
            problems.add(
                    "the source " + connector.target() + " could not be asked (SQL state " + e.getSQLState() + ")");
        } catch (SluiceException e) {
            problems.add(e.reason());
        }
        return UNKNOWN;
    }

    /** Which slot is the lake's own; empty when it does not say so soon, or has none yet. */
    private static Optional<String> slotName(PipelineSpec spec) {
        try {
            return CompletableFuture.supplyAsync(() -> {
                        try (LakeCatalog catalog = LakeCatalog.open(spec.catalog())) {
                            return SlotNames.of(catalog, spec.pipeline());
                        }
                    })
                    .orTimeout(NAME_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            return Optional.empty();
        }
    }

    private static String slot(Boolean active, String walStatus) {
        if (active == null) {
            return "missing";
        }
        boolean endangered = "unreserved".equals(walStatus) || "lost".equals(walStatus);
        return endangered ? walStatus : active ? "active" : "inactive";
    }

    /** What the slot says of a pipeline that should run. While a load runs the slot waits, and is read by nobody. */
    Optional<String> problem(boolean loading) {
        return switch (slot) {
            case "lost" -> Optional.of("its slot lost WAL that it needs (E0214): " + Remedy.LOAD_ANEW);
            case "unreserved" -> Optional.of("its slot is about to lose WAL: raise max_slot_wal_keep_size");
            case "missing" -> loading ? Optional.empty() : Optional.of("its slot is gone (E0215): " + Remedy.LOAD_ANEW);
            case "inactive" -> loading ? Optional.empty() : Optional.of("nobody reads its slot");
            default -> Optional.empty();
        };
    }
}
