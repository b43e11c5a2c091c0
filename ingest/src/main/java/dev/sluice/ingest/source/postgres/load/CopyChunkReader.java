package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.source.ChunkRange;
import dev.sluice.ingest.source.ChunkReader;
import dev.sluice.ingest.source.RowTooLargeException;
import dev.sluice.ingest.source.SnapshotLostException;
import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.source.postgres.load.TableRange.KeyRange;
import dev.sluice.ingest.source.postgres.load.TableRange.PageRange;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.PostgresSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Reads chunks by COPY BINARY under an imported snapshot, one transaction for all chunks of a load. A table is locked
 * only while a chunk of it is read, and only until somebody has waited for it: as many parts of the chunk are read under
 * one lock as can be before that. What happened to the table while it was not locked is found out before anything is read.
 * Not thread-safe.
 */
public final class CopyChunkReader implements ChunkReader {
    private final PostgresConnector connector;
    private final WaiterWatch watch;
    private final CopyRows rows;
    private final ChunkParts parts = new ChunkParts();
    private final ReadAhead ahead;
    private final TableInspection inspection = new TableInspection();
    private SnapshotTransaction transaction;
    private String importedName = "";
    private SourceTable table;
    private int tableIndex;
    private long loadLsn;
    private boolean isReading;

    /** @param rowBytesMax bytes of the largest row that is taken */
    public CopyChunkReader(PostgresConnector connector, int rowBytesMax) {
        this(connector, rowBytesMax, ReadAhead.BYTES_AMPLE);
    }

    /** @param aheadBytes about so much of a contended table is read under one lock */
    public CopyChunkReader(PostgresConnector connector, int rowBytesMax, long aheadBytes) {
        this.ahead = new ReadAhead(aheadBytes);
        this.connector = connector;
        this.rows = new CopyRows(rowBytesMax);
        this.watch = new WaiterWatch(connector);
    }

    @Override
    public Opening open(
            SourceTable source, int index, ChunkRange chunk, String snapshotName, long lsn, long rowsEmitted)
            throws SnapshotLostException {
        TableRange range = (TableRange) chunk;
        table = source;
        tableIndex = index;
        loadLsn = lsn;
        parts.begin(range, rowsEmitted);
        ahead.begin(parts.place());
        try {
            importSnapshot(snapshotName);
            if (!transaction.lock(table)) {
                return Opening.LOCKED;
            }
            watch.begin(transaction.processId(), table);
            Opening opening = inspection.run(transaction.connection(), watch, table, range);
            if (opening == Opening.OPEN) {
                beginPart();
            } else {
                finish();
            }
            return opening;
        } catch (SQLException e) {
            return notOpened(e);
        }
    }

    @Override
    public LoadRows next() throws RowTooLargeException {
        if (ahead.isEmpty()) {
            do {
                readOn();
            } while (isReading && (ahead.isEmpty() || parts.isContended() && !ahead.isFull()));
        }
        return ahead.take(parts.place());
    }

    /** Reads another batch, or what is left of a part. */
    private void readOn() throws RowTooLargeException {
        boolean isPartRead = false;
        try {
            isPartRead = isReading && !rows.read();
        } catch (SQLException e) {
            ended(e);
        } catch (RowTooLargeException e) {
            // The rest of the row is on its way: only a new connection does without it.
            letGo();
            throw e;
        }
        LoadRows batch = rows.take();
        if (batch != null) {
            parts.read(batch.count());
        }
        if (isPartRead) {
            goOn();
        }
        if (batch != null) {
            ahead.add(batch, parts.place());
        }
    }

    private void goOn() {
        parts.partWasRead(rows.rowsToSkip(), watch.isAnybodyWaiting());
        if (parts.isAtEnd() || watch.hasSomebodyWaitedLong() || parts.isContended() && ahead.isAmple()) {
            finish();
            return;
        }
        try {
            beginPart();
        } catch (SQLException e) {
            ended(e);
        }
    }

    private void beginPart() throws SQLException {
        Connection connection = transaction.connection();
        TableRange part = parts.next();
        String select = part instanceof KeyRange keys ? selectPage(keys) : select(table, (PageRange) part);
        CopyOut copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("copy (" + select + ") to stdout (format binary)");
        rows.begin(copy, table, tableIndex, loadLsn, parts.place().rowsEmitted());
        isReading = true;
    }

    private String selectPage(KeyRange keys) throws SQLException {
        Optional<List<String>> lastKey = KeyPages.lastKey(transaction.connection(), table, keys);
        parts.endsAt(lastKey);
        return KeyPages.select(table, keys, lastKey);
    }

    /** The server does not send on; fails unless that is because somebody waited for the table. */
    private void ended(SQLException e) {
        if (!finish()) {
            throw failed(e);
        }
        parts.partWasEnded();
    }

    @Override
    public boolean isAtEnd() {
        return parts.isAtEnd();
    }

    @Override
    public TableRange rest() {
        return ahead.place().rest();
    }

    @Override
    public long rowsEmitted() {
        return ahead.place().rowsEmitted();
    }

    @Override
    public long rowsToSkip() {
        return rows.rowsToSkip();
    }

    @Override
    public String difference() {
        return inspection.difference();
    }

    @Override
    public String exportedName() {
        return transaction == null ? "" : transaction.exportedName();
    }

    @Override
    public void letGo() {
        ahead.clear();
        disconnect();
    }

    private void disconnect() {
        watch.end();
        isReading = false;
        importedName = "";
        inspection.forget();
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

    static String select(SourceTable table, PageRange range) {
        String end = range.end() < 0 ? "" : " and ctid < '(" + range.end() + ",0)'::tid";
        return "select " + columns(table) + " from only " + PostgresSql.qualified(table.schema(), table.name())
                + " where ctid >= '(" + range.first() + ",0)'::tid" + end;
    }

    static String columns(SourceTable table) {
        return table.columns().stream()
                .map(column -> PostgresSql.identifier(column.name()))
                .collect(Collectors.joining(", "));
    }

    private Opening notOpened(SQLException e) {
        if (SqlErrors.is(e, SqlErrors.UNDEFINED_TABLE) || SqlErrors.is(e, SqlErrors.INVALID_SCHEMA_NAME)) {
            finish();
            inspection.differs("it was dropped or renamed");
            return Opening.ALTERED;
        }
        if (finish()) {
            parts.partWasEnded();
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
            disconnect();
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
