package dev.sluice.ingest.source.postgres;

import dev.sluice.ingest.source.SourceStatus;
import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.lake.Position;
import dev.sluice.spec.PipelineSpec.WalSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * What the server says of a pipeline's slot.
 *
 * @param walAt end of its WAL
 * @param slot {@code active}, {@code inactive} or {@code missing}, or a worse WAL state
 * @param retainedBytes WAL that is kept for the slot
 * @param leftBytes WAL that may come until the slot is lost; empty when nothing bounds it
 */
record SlotStatus(Position walAt, String slot, Optional<Long> retainedBytes, Optional<Long> leftBytes) {
    /** Where the lake cannot say which slot is its own, the only one that can be is taken for it. */
    private static final String QUERY = """
            SELECT pg_current_wal_flush_lsn()::text, s.active, s.wal_status,
                pg_wal_lsn_diff(pg_current_wal_flush_lsn(), s.restart_lsn)::bigint, s.safe_wal_size
            FROM (SELECT 1) one LEFT JOIN pg_replication_slots s
              ON s.slot_name ~ ? AND s.slot_name !~ '_load$' AND s.database = current_database()
            """;

    static SlotStatus read(PostgresConnector connector, String pipeline, Optional<String> slotName) {
        try (Connection connection = connector.query();
                PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setString(
                    1, slotName.map(name -> "^" + name + "$").orElse("^sluice_" + pipeline + "(_[0-9a-f]{8})?$"));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new SlotStatus(
                        Position.parse(row.getString(1)),
                        slot(row.getObject(2, Boolean.class), row.getString(3)),
                        Optional.ofNullable(row.getObject(4, Long.class)),
                        Optional.ofNullable(row.getObject(5, Long.class)));
            }
        } catch (SQLException e) {
            throw new SluiceException(
                    ErrorCode.E0201,
                    "the source " + connector.target() + " could not be asked (SQL state " + e.getSQLState() + ")",
                    "",
                    e);
        }
    }

    private static String slot(Boolean active, String walStatus) {
        if (active == null) {
            return "missing";
        }
        boolean endangered = "unreserved".equals(walStatus) || "lost".equals(walStatus);
        return endangered ? walStatus : active ? "active" : "inactive";
    }

    SourceStatus status(WalSpec policy) {
        return new SourceStatus(
                Optional.of(walAt),
                slot,
                retainedBytes,
                problem(false),
                problem(true),
                retainedBytes.flatMap(kept -> WalPolicy.warning(policy, kept, leftBytes)));
    }

    /** What the slot says of a pipeline that should run. While a load runs the slot waits, and is read by nobody. */
    private Optional<String> problem(boolean loading) {
        return switch (slot) {
            case "lost" -> Optional.of("its slot lost WAL that it needs (E0214): " + Remedy.LOAD_ANEW);
            case "unreserved" -> Optional.of("its slot is about to lose WAL: raise max_slot_wal_keep_size");
            case "missing" -> loading ? Optional.empty() : Optional.of("its slot is gone (E0215): " + Remedy.LOAD_ANEW);
            case "inactive" -> loading ? Optional.empty() : Optional.of("nobody reads its slot");
            default -> Optional.empty();
        };
    }
}
