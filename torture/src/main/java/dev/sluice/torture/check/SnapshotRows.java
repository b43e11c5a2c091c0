package dev.sluice.torture.check;

import dev.sluice.torture.oracle.RowSum;
import dev.sluice.verify.ComparedTable;
import dev.sluice.verify.LakeScan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.NotFoundException;

/**
 * All rows of one snapshot, by Iceberg's reference reader, summed up.
 *
 * @param balance the sum of the column that holds money; 0 for a table without one
 */
record SnapshotRows(RowSum.Value sum, long balance) {
    private static final int LOOKS = 3;
    private static final long BETWEEN_LOOKS_MILLIS = 1_000;

    /** A file that the snapshot names is not there, also when asked again. */
    static final class FileMissing extends Exception {
        private static final long serialVersionUID = 1L;

        FileMissing(Throwable cause) {
            super(cause);
        }
    }

    /** @throws RuntimeException when the store does not answer: then nothing is known */
    static SnapshotRows read(Table table, long snapshot, ComparedTable shape, String balanceColumn)
            throws FileMissing, InterruptedException {
        RowSum sum = new RowSum();
        long[] balance = new long[1];
        int column = shape.indexOf(balanceColumn);
        scan(table, snapshot, shape, row -> {
            sum.add(row);
            balance[0] += column < 0 || row[column] == null
                    ? 0
                    : Long.parseLong(new String(row[column], StandardCharsets.US_ASCII));
        });
        return new SnapshotRows(sum.value(), balance[0]);
    }

    /** The rows themselves, to say which differ. */
    static List<byte[][]> all(Table table, long snapshot, ComparedTable shape)
            throws FileMissing, InterruptedException {
        List<byte[][]> rows = new ArrayList<>();
        scan(table, snapshot, shape, rows::add);
        return rows;
    }

    private static void scan(Table table, long snapshot, ComparedTable shape, dev.sluice.verify.RowVisitor visitor)
            throws FileMissing, InterruptedException {
        List<byte[][]> rows = new ArrayList<>();
        for (int look = 1; ; look++) {
            rows.clear();
            try {
                LakeScan.read(table, snapshot, shape, rows::add);
                break;
            } catch (RuntimeException e) {
                if (!isMissing(e)) {
                    throw e;
                }
                if (look == LOOKS) {
                    throw new FileMissing(e);
                }
                // A store that is just starting may not know its files yet.
                Thread.sleep(BETWEEN_LOOKS_MILLIS);
            }
        }
        rows.forEach(visitor::row);
    }

    static boolean isMissing(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof NotFoundException
                    || cause.getClass().getSimpleName().equals("NoSuchKeyException")) {
                return true;
            }
        }
        return false;
    }
}
