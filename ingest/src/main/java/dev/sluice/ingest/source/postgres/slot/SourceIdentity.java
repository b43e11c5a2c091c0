package dev.sluice.ingest.source.postgres.slot;

import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Which server, and which history of it, LSNs belong to: positions of another one mean nothing. */
public final class SourceIdentity {
    private SourceIdentity() {}

    /** System identifier and timeline, {@code 7123456789012345678/1}. */
    public static String of(PostgresConnector connector) {
        try (Connection connection = connector.replication();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
            row.next();
            return row.getString("systemid") + "/" + row.getString("timeline");
        } catch (SQLException e) {
            throw new SluiceException(
                    ErrorCode.E0201,
                    connector.target() + " does not say which server it is: " + SqlErrors.message(e),
                    "",
                    e);
        }
    }

    /** Refuses a server other than the one that was recorded. */
    public static void check(String recorded, String now) {
        if (!recorded.equals(now)) {
            throw difference(recorded, now);
        }
    }

    /** What is to be said of a server other than the one that was recorded. */
    public static SluiceException difference(String recorded, String now) {
        return new SluiceException(
                ErrorCode.E0216,
                "the lake was filled from the server (system identifier/timeline) " + recorded
                        + ", but the source is now " + now
                        + ": it was restored, failed over or replaced, and its LSNs tell another story",
                Remedy.LOAD_ANEW);
    }
}
