package dev.sluice.verify;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * PostgreSQL's own example plugin: it writes every change of every table as text, needs no publication and knows of
 * none. Part of contrib, and of most managed servers.
 *
 * @param plugin {@code test_decoding}; tests name one that no server has
 */
record TestDecodingFeed(String plugin) implements ChangeFeed {
    static final String PLUGIN = "test_decoding";

    @Override
    public String function() {
        return "pg_logical_slot_peek_changes";
    }

    @Override
    public String options() {
        return "'include-xids', '0', 'skip-empty-xacts', '1'";
    }

    @Override
    public String description() {
        return "test_decoding";
    }

    @Override
    public Parser parser(List<ChangedRows> tables) {
        Map<ComparedTable.Relation, ChangedRows> byName = new HashMap<>();
        tables.forEach(rows -> rows.table().relations().keySet().forEach(relation -> byName.put(relation, rows)));
        return new Parser() {
            private long changes;

            @Override
            public void accept(ResultSet row) throws SQLException {
                changes += TestDecodingText.read(row.getString(2), byName);
            }

            @Override
            public long changes() {
                return changes;
            }
        };
    }
}
