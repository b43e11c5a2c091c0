package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.source.RowTooLargeException;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.SQLException;
import java.util.Arrays;
import org.postgresql.copy.CopyOut;

/**
 * Gathers what COPY BINARY sends into batches. Not thread-safe. Source of the format: PostgreSQL documentation, "COPY,
 * Binary Format".
 */
final class CopyRows {
    static final int BATCH_BYTES = 256 << 10;
    private static final int BATCH_ROWS_MAX = 64 << 10;
    private static final int SIGNATURE_BYTES = 11;
    /** Signature, flags, and the length of an extension that is empty. */
    private static final int HEADER_BYTES = SIGNATURE_BYTES + 8;

    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};

    private final int rowBytesMax;
    private CopyOut copy;
    private SourceTable table;
    private int tableIndex;
    private long loadLsn;
    private boolean headerRead;
    private long rowsToSkip;
    private int[] offsets = new int[1024];
    private byte[] bytes;
    private int length;
    private int count;

    /** @param rowBytesMax of the largest row that is taken */
    CopyRows(int rowBytesMax) {
        this.rowBytesMax = rowBytesMax;
    }

    /** @param rowsToSkip rows at the beginning that were emitted before */
    void begin(CopyOut source, SourceTable of, int index, long lsn, long skip) {
        copy = source;
        table = of;
        tableIndex = index;
        loadLsn = lsn;
        rowsToSkip = skip;
        headerRead = false;
        clear();
    }

    /** Reads on until a batch is full; returns false when there are no more rows. */
    boolean read() throws SQLException, RowTooLargeException {
        while (copy != null && length < BATCH_BYTES && count < BATCH_ROWS_MAX) {
            byte[] message = message();
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
            add(message, start);
        }
        return copy != null;
    }

    /** The server's next message, which is a row: the driver reads it as a whole before anything is known of it. */
    private byte[] message() throws SQLException, RowTooLargeException {
        byte[] message;
        try {
            message = copy.readFromCopy();
        } catch (OutOfMemoryError e) {
            throw new RowTooLargeException("a row does not fit in the heap, "
                    + (Runtime.getRuntime().maxMemory() >> 20) + " MB; rows of up to " + rowBytesMax + " bytes do");
        } catch (SQLException e) {
            if (SqlErrors.is(e, SqlErrors.PROGRAM_LIMIT_EXCEEDED)) {
                throw new RowTooLargeException("the server cannot send a row: " + SqlErrors.message(e));
            }
            throw e;
        }
        if (message != null && message.length > rowBytesMax) {
            throw new RowTooLargeException("a row has " + message.length + " bytes, and the largest that fits is "
                    + rowBytesMax + ", a fifth of the heap");
        }
        return message;
    }

    /** What was gathered, also by a {@link #read} that failed; null when there is nothing. */
    LoadRows take() {
        if (count == 0) {
            return null;
        }
        LoadRows batch = new LoadRows(tableIndex, loadLsn, count, bytes, Arrays.copyOf(offsets, count));
        clear();
        return batch;
    }

    /** Rows that were emitted before and have not come again. */
    long rowsToSkip() {
        return rowsToSkip;
    }

    private void add(byte[] message, int start) {
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

    private void clear() {
        bytes = null;
        length = 0;
        count = 0;
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
        return new SluiceException(
                ErrorCode.E0301, table.schema() + "." + table.name() + ": the server sent " + what, "");
    }
}
