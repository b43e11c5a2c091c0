package dev.sluice.ingest.postgres.load;

import dev.sluice.ingest.postgres.connection.PostgresConnector;
import dev.sluice.ingest.postgres.connection.SqlErrors;
import dev.sluice.ingest.postgres.connection.SqlNames;
import dev.sluice.ingest.postgres.load.ChunkRange.KeyRange;
import dev.sluice.ingest.postgres.load.ChunkRange.PageRange;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/**
 * Reads chunks by COPY BINARY under an imported snapshot, one transaction for all chunks of a load. A table is locked
 * only while a chunk of it is read, and no longer than until somebody waits for it. What happened to the table while it
 * was not locked is found out before anything is read. Not thread-safe.
 */
public final class ChunkReader implements AutoCloseable {
    /** What became of the attempt to read a chunk. */
    public enum Opening {
        /** {@link #next} brings its rows. */
        OPEN,
        /** Somebody holds the table: try again. */
        LOCKED,
        /** The snapshot does not show the table's rows of then any more, or not in this order. */
        REWRITTEN,
        /** The table has not the columns that the pipeline was started with: see {@link #difference}. */
        ALTERED
    }

    private final PostgresConnector connector;
    private final WaiterWatch watch;
    private final CopyRows rows;
    private SnapshotTransaction transaction;
    private String importedName = "";
    private SourceTable table;
    private boolean isReading;
    private boolean gaveWay;
    private Optional<List<String>> lastKey = Optional.empty();
    private String difference = "";
    /** Storage of a table that was proven to hold the rows of the snapshot, though it is another one than then. */
    private long provenFileNode;

    /** @param rowBytesMax bytes of the largest row that is taken */
    public ChunkReader(PostgresConnector connector, int rowBytesMax) {
        this.connector = connector;
        this.rows = new CopyRows(rowBytesMax);
        this.watch = new WaiterWatch(connector);
    }

    /**
     * Begins a chunk.
     *
     * @param rowsToSkip rows at the beginning that were emitted before
     * @throws SnapshotLostException when nobody holds the snapshot under this name
     */
    public Opening open(
            SourceTable source, int tableIndex, ChunkRange range, String snapshotName, long loadLsn, long rowsToSkip)
            throws SnapshotLostException {
        table = source;
        gaveWay = false;
        lastKey = Optional.empty();
        try {
            importSnapshot(snapshotName);
            if (!transaction.lock(table)) {
                return Opening.LOCKED;
            }
            watch.begin(transaction.processId(), table);
            Opening opening = inspect(range);
            if (opening != Opening.OPEN) {
                finish();
                return opening;
            }
            String select = range instanceof KeyRange keys ? selectPage(keys) : select(table, (PageRange) range);
            rows.begin(
                    transaction
                            .connection()
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut("copy (" + select + ") to stdout (format binary)"),
                    table,
                    tableIndex,
                    loadLsn,
                    rowsToSkip);
            isReading = true;
            return Opening.OPEN;
        } catch (SQLException e) {
            return notOpened(e);
        }
    }

    /**
     * The next rows; null at the end of the chunk, and also when the load {@link #gaveWay}. A row is never split; one row
     * may be larger than a batch.
     *
     * @throws RowTooLargeException when the table has a row that cannot be taken; nothing is being read any more
     */
    public LoadRows next() throws RowTooLargeException {
        try {
            if (isReading && !rows.read()) {
                // The lock is given up before the rows go their way, which may take as long as it likes.
                finish();
            }
        } catch (SQLException e) {
            if (!finish()) {
                throw failed(e);
            }
            gaveWay = true;
        } catch (RowTooLargeException e) {
            // The rest of the row is on its way: only a new connection does without it.
            letGo();
            throw e;
        }
        return rows.take();
    }

    /** Whether the last chunk ended before its time, because somebody waited for the table. */
    public boolean gaveWay() {
        return gaveWay;
    }

    /** Rows that were to be skipped and have not come: those of the part that follows, or, at the end, a fault. */
    public long rowsToSkip() {
        return rows.rowsToSkip();
    }

    /** Of a chunk in the order of the key that has been read: the last key, if there may be rows behind it. */
    public Optional<List<String>> lastKey() {
        return lastKey;
    }

    /** After {@link Opening#ALTERED}: what is different, in words. */
    public String difference() {
        return difference;
    }

    /** A name under which others can import the snapshot that was imported last; empty when it was given up. */
    public String exportedName() {
        return transaction == null ? "" : transaction.exportedName();
    }

    /** Gives up the snapshot, and what is being read under it. */
    public void letGo() {
        watch.end();
        isReading = false;
        importedName = "";
        provenFileNode = 0;
        if (transaction != null) {
            transaction.close();
            transaction = null;
        }
    }

    @Override
    public void close() {
        watch.close();
        letGo();
    }

    private void importSnapshot(String name) throws SQLException, SnapshotLostException {
        if (transaction != null && name.equals(importedName)) {
            return;
        }
        letGo();
        transaction = SnapshotTransaction.begin(connector, name);
        importedName = name;
    }

    /** Runs under the lock, so that what it finds stays true while the chunk is read. */
    private Opening inspect(ChunkRange range) throws SQLException {
        Optional<TableShape> now = watch.shape(table);
        Optional<String> altered = now.map(shape -> shape.differenceFrom(table)).orElse(Optional.of("it was dropped"));
        if (altered.isPresent()) {
            difference = altered.get();
            return Opening.ALTERED;
        }
        Optional<TableShape> then = TableShape.read(transaction.connection(), table.oid());
        if (then.isEmpty() || !then.get().hasColumnsOf(now.get(), table)) {
            return Opening.REWRITTEN;
        }
        long fileNode = now.get().fileNode();
        if (fileNode == then.get().fileNode() || fileNode == provenFileNode) {
            return Opening.OPEN;
        }
        if (range instanceof KeyRange && hasARowOfThen()) {
            provenFileNode = fileNode;
            return Opening.OPEN;
        }
        return Opening.REWRITTEN;
    }

    /**
     * VACUUM FULL and CLUSTER bring every row along that a snapshot may need, with the transaction that made it. TRUNCATE
     * and ALTER TABLE bring none, and what is there afterwards was written by later transactions, even where COPY FREEZE
     * made it visible to everybody. So one row of an earlier transaction shows that none is missing.
     */
    private boolean hasARowOfThen() throws SQLException {
        try (Statement statement = transaction.connection().createStatement();
                ResultSet row = statement.executeQuery("select exists (select from only "
                        + SqlNames.qualified(table.schema(), table.name())
                        + " where age(xmin) > age(pg_snapshot_xmax(pg_current_snapshot())::xid))")) {
            return row.next() && row.getBoolean(1);
        }
    }

    private String selectPage(KeyRange range) throws SQLException {
        Connection connection = transaction.connection();
        lastKey = KeyPages.lastKey(connection, table, range);
        return KeyPages.select(table, range, lastKey);
    }

    static String select(SourceTable table, PageRange range) {
        String end = range.end() < 0 ? "" : " and ctid < '(" + range.end() + ",0)'::tid";
        return "select " + columns(table) + " from only " + SqlNames.qualified(table.schema(), table.name())
                + " where ctid >= '(" + range.first() + ",0)'::tid" + end;
    }

    static String columns(SourceTable table) {
        return table.columns().stream()
                .map(column -> SqlNames.identifier(column.name()))
                .collect(Collectors.joining(", "));
    }

    private Opening notOpened(SQLException e) {
        if (SqlErrors.is(e, SqlErrors.UNDEFINED_TABLE) || SqlErrors.is(e, SqlErrors.INVALID_SCHEMA_NAME)) {
            finish();
            difference = "it was dropped or renamed";
            return Opening.ALTERED;
        }
        if (finish()) {
            return Opening.LOCKED;
        }
        throw failed(e);
    }

    /** Ends the reading; returns whether somebody was waiting for it. A session that does not obey is given up. */
    private boolean finish() {
        isReading = false;
        boolean refused = watch.end();
        try {
            if (transaction != null) {
                transaction.release();
            }
        } catch (SQLException e) {
            letGo();
        }
        return refused;
    }

    private SluiceException failed(SQLException e) {
        letGo();
        return new SluiceException(ErrorCode.E0301, "reading " + name() + " failed: " + SqlErrors.message(e), "", e);
    }

    private String name() {
        return table.schema() + "." + table.name();
    }
}
