package dev.sluice.ingest.source.postgres;

import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.spec.PipelineSpec.WalSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * How much WAL the source keeps for a pipeline that does not read it. Only the server can bound that while nothing of
 * Sluice runs, so the policy of {@code sluice.yaml} is compared with the setting of the server.
 */
final class WalPolicy {
    private static final String LIMIT = "max_slot_wal_keep_size";

    private WalPolicy() {}

    /**
     * What {@code apply} says of the server's bound; empty when there is nothing to say.
     *
     * @throws SluiceException E0217 when the server may keep more than the pipeline allows, E0201
     */
    static Optional<String> check(PostgresConnector connector, WalSpec policy) {
        try (Connection connection = connector.query();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select setting::bigint from pg_settings where name = '" + LIMIT + "'")) {
            row.next();
            long megabytes = row.getLong(1);
            return check(policy, megabytes < 0 ? Optional.empty() : Optional.of(megabytes << 20));
        } catch (SQLException e) {
            throw new SluiceException(
                    ErrorCode.E0201, connector.target() + " does not say how much WAL it keeps for slots", "", e);
        }
    }

    /** @param limit the server's; empty when it has none */
    static Optional<String> check(WalSpec policy, Optional<Long> limit) {
        if (policy.maxBytes().isEmpty()) {
            return limit.isPresent()
                    ? Optional.empty()
                    : Optional.of("the source keeps any amount of WAL for a pipeline that does not read it (" + LIMIT
                            + " is -1), until its disk is full; source.postgres.wal-max in sluice.yaml bounds it");
        }
        long max = policy.maxBytes().get();
        if (limit.isEmpty() || limit.get() > max) {
            throw new SluiceException(
                    ErrorCode.E0217,
                    LIMIT + " of the server is "
                            + limit.map(WalPolicy::size).orElse("-1, any amount")
                            + ", and source.postgres.wal-max allows " + size(max),
                    "ALTER SYSTEM SET " + LIMIT + " = '" + (max >> 20) + "MB'; SELECT pg_reload_conf();"
                            + " or raise wal-max, or remove it");
        }
        return Optional.empty();
    }

    /** What {@code status} says of WAL that is kept now; empty when it is as the pipeline wants it. */
    static Optional<String> warning(WalSpec policy, long retainedBytes, Optional<Long> leftBytes) {
        if (retainedBytes <= policy.warnBytes()) {
            return Optional.empty();
        }
        return Optional.of("the source keeps " + size(retainedBytes) + " of WAL for it, more than wal-warn, "
                + size(policy.warnBytes())
                + leftBytes
                        .map(left -> "; after " + size(Math.max(0, left)) + " more its slot is lost")
                        .orElse("; nothing bounds it (" + LIMIT + " is -1)"));
    }

    private static String size(long bytes) {
        return bytes >= 10L << 30 ? (bytes >> 30) + " GB" : (bytes >> 20) + " MB";
    }
}
