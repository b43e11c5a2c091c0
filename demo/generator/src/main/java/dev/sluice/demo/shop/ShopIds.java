package dev.sluice.demo.shop;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;

/** Keys of one table that traffic may refer to: an even sample of at most {@link #MAX_KEYS}, kept current. */
final class ShopIds {
    private static final int MAX_KEYS = 100_000;

    private final long[] keys = new long[MAX_KEYS];
    private int count;

    /** Reads the keys that are in the table now. */
    static ShopIds read(Connection connection, ShopTable table) throws SQLException {
        ShopIds ids = new ShopIds();
        String query = """
                with counted as (select count(*) / %d + 1 as step from %s),
                numbered as (select %s as key, row_number() over (order by %s) as n from %s)
                select key from numbered, counted where n %% step = 0 or step = 1 order by key limit %d
                """.formatted(
                        MAX_KEYS, table.tableName(), table.keyColumn(), table.keyColumn(), table.tableName(), MAX_KEYS);
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        return ids;
    }

    int count() {
        return count;
    }

    /** Keeps {@code key}, unless the sample is full. */
    void add(long key) {
        if (count < MAX_KEYS) {
            keys[count++] = key;
        }
    }

    /** One of the keys; the sample must not be empty. */
    long pick(SplittableRandom random) {
        return keys[random.nextInt(count)];
    }

    void remove(long key) {
        for (int i = 0; i < count; i++) {
            if (keys[i] == key) {
                keys[i] = keys[--count];
                return;
            }
        }
    }
}
