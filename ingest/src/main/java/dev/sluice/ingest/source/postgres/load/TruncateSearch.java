package dev.sluice.ingest.source.postgres.load;

import dev.sluice.spec.sql.PostgresSql;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Looks in what a slot would send for a TRUNCATE: a table needs no load at all when the stream is going to empty it
 * anyway. Source: PostgreSQL documentation, "Logical Replication Message Formats".
 */
final class TruncateSearch {
    /** More than this is not looked through: the table can be read instead. */
    private static final int CHANGES_MAX = 100_000;

    private static final byte BEGIN = 'B';

    private TruncateSearch() {}

    /** @param connection the one that made the temporary slot: nobody else may read it */
    static Map<Integer, Long> run(Connection connection, String slotName, String publicationName, Set<Integer> oids)
            throws SQLException {
        // Binds nothing: this connection speaks the simple protocol.
        String sql =
                "select data from pg_logical_slot_peek_binary_changes(" + PostgresSql.literal(slotName) + ", null, "
                        + CHANGES_MAX + ", 'proto_version', '1', 'publication_names', "
                        + PostgresSql.literal(PostgresSql.identifier(publicationName))
                        + ") where get_byte(data, 0) in (ascii('B'), ascii('T'))";
        Map<Integer, Long> found = new HashMap<>();
        long commitLsn = 0;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                ByteBuffer message = ByteBuffer.wrap(row.getBytes(1));
                if (message.get() == BEGIN) {
                    commitLsn = message.getLong();
                    continue;
                }
                int count = message.getInt();
                message.get();
                for (int i = 0; i < count; i++) {
                    int oid = message.getInt();
                    if (oids.contains(oid)) {
                        found.putIfAbsent(oid, commitLsn);
                    }
                }
            }
        }
        return found;
    }
}
