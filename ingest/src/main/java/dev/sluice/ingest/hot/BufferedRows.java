package dev.sluice.ingest.hot;

import java.util.Arrays;

/** Rows of one hot table in RowBinary, one behind the other, known by the order in which they came. Not thread-safe. */
final class BufferedRows {
    private static final int INITIAL_ROWS = 1 << 10;
    private static final int KEPT_BYTES_MAX = 16 << 20;

    private final HotTable table;
    private final RowBinary out = new RowBinary();
    private int[] starts = new int[INITIAL_ROWS];
    private int count;

    BufferedRows(HotTable table) {
        this.table = table;
    }

    /** Begins the next row, which is what is written to {@link #out} from now on, and returns its ordinal. */
    int begin() {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
        }
        starts[count] = out.length();
        return count++;
    }

    /** The last row, and all before it. */
    RowBinary out() {
        return out;
    }

    int count() {
        return count;
    }

    int start(int ordinal) {
        return starts[ordinal];
    }

    int end(int ordinal) {
        return ordinal + 1 < count ? starts[ordinal + 1] : out.length();
    }

    /** The LSN in the version of a row. */
    long lsn(int ordinal) {
        return RowBinary.int64At(out.bytes(), afterKey(ordinal) + HotTable.LSN_IN_VERSION);
    }

    /**
     * Appends a value of an earlier row.
     *
     * @param other index into {@link HotTable#others()}
     * @param missing what that row lacks, and so does not hold; null when it has everything
     */
    void appendValue(int ordinal, int other, MissingValues missing) {
        byte[] bytes = out.bytes();
        int at = afterKey(ordinal) + HotTable.VERSION_BYTES;
        for (int i = 0; i < other; i++) {
            at = missing != null && missing.lacks(i)
                    ? at
                    : table.others().get(i).skip(bytes, at);
        }
        out.raw(bytes, at, table.others().get(other).skip(bytes, at) - at);
    }

    private int afterKey(int ordinal) {
        int at = starts[ordinal];
        for (HotColumn key : table.keys()) {
            at = key.skip(out.bytes(), at);
        }
        return at;
    }

    void clear() {
        out.clear(KEPT_BYTES_MAX);
        count = 0;
    }
}
