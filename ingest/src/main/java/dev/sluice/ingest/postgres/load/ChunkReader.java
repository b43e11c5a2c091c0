package dev.sluice.ingest.postgres.load;

import dev.sluice.ingest.batch.RowBatch;
import dev.sluice.ingest.postgres.connection.PostgresConnector;
import dev.sluice.ingest.postgres.connection.SqlErrors;
import dev.sluice.ingest.postgres.connection.SqlNames;
import dev.sluice.ingest.postgres.load.ChunkPlanner.PageRange;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads chunks by COPY BINARY under an imported snapshot, one connection for all chunks of a load. Not thread-safe.
 * Source of the format: PostgreSQL documentation, "COPY, Binary Format".
 */
public final class ChunkReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkReader.class);
    static final int BATCH_BYTES = 256 << 10;
    private static final int BATCH_ROWS_MAX = 64 << 10;
    private static final int SIGNATURE_BYTES = 11;
    /** Signature, flags, and the length of an extension that is empty. */
    private static final int HEADER_BYTES = SIGNATURE_BYTES + 8;

    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};

    private final PostgresConnector connector;
    private Connection connection;
    private String snapshotName = "";
    private CopyOut copy;
    private SourceTable table;
    private int tableIndex;
    private long loadLsn;
    private boolean headerRead;
    private long rowsToSkip;
    private int[] offsets = new int[1024];

    public ChunkReader(PostgresConnector connector) {
        this.connector = connector;
    }

    /**
     * Begins a chunk.
     *
     * @param rowsToSkip rows at the beginning that were emitted before
     * @throws SnapshotLostException when the snapshot has died with its exporter
     */
    public void open(
            SourceTable table, int tableIndex, PageRange range, String snapshotName, long loadLsn, long rowsToSkip)
            throws SnapshotLostException {
        this.table = table;
        this.tableIndex = tableIndex;
        this.loadLsn = loadLsn;
        this.rowsToSkip = rowsToSkip;
        headerRead = false;
        try {
            importSnapshot(snapshotName);
            copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(copyStatement(table, range));
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** The next rows, or null at the end of the chunk. A row is never split; one row may be larger than a batch. */
    public RowBatch next() {
        byte[] bytes = null;
        int length = 0;
        int count = 0;
        try {
            while (copy != null && length < BATCH_BYTES && count < BATCH_ROWS_MAX) {
                byte[] message = copy.readFromCopy();
                if (message == null) {
                    copy = null;
                    break;
                }
                int start = headerRead ? 0 : skipHeader(message);
                if (isTrailer(message, start)) {
                    continue;
                }
                if (rowsToSkip > 0) {
                    rowsToSkip--;
                    continue;
                }
                checkColumns(message, start);
                int rowBytes = message.length - start;
                if (bytes == null) {
                    bytes = new byte[Math.max(BATCH_BYTES + BATCH_BYTES / 4, rowBytes)];
                } else if (bytes.length - length < rowBytes) {
                    bytes = Arrays.copyOf(bytes, Math.addExact(length, rowBytes));
                }
                if (count == offsets.length) {
                    offsets = Arrays.copyOf(offsets, count * 2);
                }
                offsets[count++] = length;
                System.arraycopy(message, start, bytes, length, rowBytes);
                length += rowBytes;
            }
        } catch (SQLException e) {
            throw failed(e);
        }
        if (count > 0) {
            return RowBatch.load(tableIndex, loadLsn, count, bytes, Arrays.copyOf(offsets, count));
        }
        if (rowsToSkip > 0) {
            throw new SluiceException(
                    ErrorCode.E0301,
                    name() + " has " + rowsToSkip + " rows less than before under the same snapshot",
                    "report this; the load must be started over");
        }
        return null;
    }

    @Override
    public void close() {
        copy = null;
        snapshotName = "";
        if (connection == null) {
            return;
        }
        try {
            // Cuts an unfinished COPY short; close() would read the rest of it.
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("The connection of the load did not close cleanly", e);
        }
        connection = null;
    }

    private void importSnapshot(String name) throws SQLException, SnapshotLostException {
        if (connection != null && name.equals(snapshotName)) {
            return;
        }
        close();
        connection = connector.query();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set transaction isolation level repeatable read, read only");
            statement.execute("set transaction snapshot " + SqlNames.literal(name));
        } catch (SQLException e) {
            if (SqlErrors.is(e, SqlErrors.INVALID_PARAMETER_VALUE) || SqlErrors.is(e, SqlErrors.UNDEFINED_OBJECT)) {
                throw new SnapshotLostException(name, e);
            }
            throw e;
        }
        snapshotName = name;
    }

    static String copyStatement(SourceTable table, PageRange range) {
        String columns =
                table.columns().stream().map(c -> SqlNames.identifier(c.name())).collect(Collectors.joining(", "));
        String end = range.end() < 0 ? "" : " and ctid < '(" + range.end() + ",0)'::tid";
        return "copy (select " + columns + " from only " + SqlNames.qualified(table.schema(), table.name())
                + " where ctid >= '(" + range.first() + ",0)'::tid" + end + ") to stdout (format binary)";
    }

    private int skipHeader(byte[] message) {
        if (message.length < HEADER_BYTES
                || !Arrays.equals(message, 0, SIGNATURE_BYTES, SIGNATURE, 0, SIGNATURE_BYTES)) {
            throw malformed("no COPY header");
        }
        int extension = int32(message, SIGNATURE_BYTES + 4);
        if (extension < 0 || extension > message.length - HEADER_BYTES) {
            throw malformed("a header extension of " + extension + " bytes");
        }
        headerRead = true;
        return HEADER_BYTES + extension;
    }

    /** The last message is the number of columns -1; an empty message is what the header leaves of a message of its own. */
    private static boolean isTrailer(byte[] message, int start) {
        int rest = message.length - start;
        return rest == 0 || rest == 2 && message[start] == -1 && message[start + 1] == -1;
    }

    private void checkColumns(byte[] message, int start) {
        if (message.length - start < 2
                || (message[start] << 8 | message[start + 1] & 0xFF)
                        != table.columns().size()) {
            throw malformed("a row without its " + table.columns().size() + " columns");
        }
    }

    private static int int32(byte[] bytes, int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xFF) << 16 | (bytes[at + 2] & 0xFF) << 8 | bytes[at + 3] & 0xFF;
    }

    private SluiceException malformed(String what) {
        return new SluiceException(ErrorCode.E0301, name() + ": the server sent " + what, "");
    }

    private SluiceException failed(SQLException e) {
        return new SluiceException(ErrorCode.E0301, "reading " + name() + " failed: " + SqlErrors.message(e), "", e);
    }

    private String name() {
        return table.schema() + "." + table.name();
    }

    /** The exporter of the snapshot is gone; the load cannot go on exactly. */
    public static final class SnapshotLostException extends Exception {
        private static final long serialVersionUID = 1L;

        SnapshotLostException(String snapshotName, SQLException cause) {
            super("snapshot " + snapshotName + " is gone", cause);
        }
    }
}
