package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.source.ChunkReader.Opening;
import dev.sluice.ingest.source.postgres.catalogue.PostgresIds;
import dev.sluice.ingest.source.postgres.load.TableRange.KeyRange;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.sql.PostgresSql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * Finds out, under the lock of a table, what happened to it since the snapshot: what it finds stays true for as long as the
 * lock is held. Not thread-safe.
 */
final class TableInspection {
    private String difference = "";
    /** Storage of a table that was proven to hold the rows of the snapshot, though it is another one than then. */
    private long provenFileNode;

    /**
     * @param snapshot sees the table as it was
     * @param watch sees it as it is
     */
    Opening run(Connection snapshot, WaiterWatch watch, SourceTable table, TableRange range) throws SQLException {
        Optional<TableShape> now = watch.shape(table);
        Optional<String> altered = now.map(shape -> shape.differenceFrom(table)).orElse(Optional.of("it was dropped"));
        if (altered.isPresent()) {
            difference = altered.get();
            return Opening.ALTERED;
        }
        Optional<TableShape> then = TableShape.read(snapshot, PostgresIds.oid(table));
        if (then.isEmpty() || !then.get().hasColumnsOf(now.get(), table)) {
            return Opening.REWRITTEN;
        }
        long fileNode = now.get().fileNode();
        if (fileNode == then.get().fileNode() || fileNode == provenFileNode) {
            return Opening.OPEN;
        }
        if (range instanceof KeyRange && hasARowOfThen(snapshot, table)) {
            provenFileNode = fileNode;
            return Opening.OPEN;
        }
        return Opening.REWRITTEN;
    }

    /**
     * VACUUM FULL and CLUSTER bring every row along that a snapshot may need, with the transaction that made it. TRUNCATE
     * and ALTER TABLE bring none, and what is there afterwards was written by their or by later transactions, even where
     * COPY FREEZE made it visible to everybody. None of those had ended when the snapshot was taken. So one row of a
     * transaction that is older than all that had not shows that none is missing.
     */
    private static boolean hasARowOfThen(Connection snapshot, SourceTable table) throws SQLException {
        try (Statement statement = snapshot.createStatement();
                ResultSet row = statement.executeQuery("select exists (select from only "
                        + PostgresSql.qualified(table.schema(), table.name())
                        + " where age(xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::xid))")) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** After {@link Opening#ALTERED}: what is different, in words. */
    String difference() {
        return difference;
    }

    void differs(String how) {
        difference = how;
    }

    /** The snapshot is another one: what was proven of the last is not of this. */
    void forget() {
        provenFileNode = 0;
    }
}
