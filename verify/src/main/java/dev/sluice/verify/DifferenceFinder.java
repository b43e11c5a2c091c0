package dev.sluice.verify;

import dev.sluice.verify.VerifyReport.Difference;
import dev.sluice.verify.VerifyReport.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Names the keys that differ, in a second pass over both sides that looks at some of the differing buckets only, so
 * that memory does not grow with the table.
 */
final class DifferenceFinder {
    private static final int MAX_BUCKETS = 32;
    /** Rows of both sides together; a table whose buckets hold more is looked at in part. */
    private static final int MAX_ROWS = 400_000;

    private final ComparedTable table;
    private final int most;
    private final BitSet buckets = new BitSet(Sums.BUCKETS);
    private final Map<String, Sides> keys = new TreeMap<>();
    private boolean partial;
    private int rows;

    /** The rows of one key, each as a hash per column. */
    private static final class Sides {
        final List<long[]> source = new ArrayList<>(1);
        final List<long[]> lake = new ArrayList<>(1);
    }

    /** What was found, and whether there is more. */
    record Found(List<Difference> differences, boolean more) {}

    DifferenceFinder(ComparedTable table, List<Integer> differing, int most) {
        this.table = table;
        this.most = most;
        differing.stream().limit(MAX_BUCKETS).forEach(buckets::set);
        partial = differing.size() > MAX_BUCKETS;
    }

    /** Reads both sides again, one after the other. */
    Found find(Consumer<RowVisitor> source, Consumer<RowVisitor> lake) {
        source.accept(row -> keep(row, true));
        lake.accept(row -> keep(row, false));
        List<Difference> differences = new ArrayList<>();
        keys.forEach((key, sides) -> compare(key, sides, differences));
        boolean more = partial || differences.size() > most;
        return new Found(differences.subList(0, Math.min(most, differences.size())), more);
    }

    private void keep(byte[][] row, boolean isSource) {
        if (!buckets.get(Sums.bucket(row, table.keyColumns()))) {
            return;
        }
        if (rows >= MAX_ROWS && !keys.containsKey(table.keyText(row))) {
            partial = true;
            return;
        }
        rows++;
        long[] hashes = new long[row.length];
        for (int i = 0; i < row.length; i++) {
            hashes[i] = RowHash.ofValue(row[i]);
        }
        Sides sides = keys.computeIfAbsent(table.keyText(row), key -> new Sides());
        (isSource ? sides.source : sides.lake).add(hashes);
    }

    private void compare(String key, Sides sides, List<Difference> differences) {
        if (sides.lake.isEmpty()) {
            differences.add(new Difference(Kind.MISSING, key, List.of()));
        } else if (sides.source.isEmpty()) {
            // With a full memory a key may have been kept of one side only; the source is read first, so it is
            // complete.
            if (!partial || rows < MAX_ROWS) {
                differences.add(new Difference(Kind.EXTRA, key, List.of()));
            }
        } else if (sides.lake.size() > sides.source.size()) {
            differences.add(new Difference(Kind.DUPLICATE, key, List.of()));
        } else if (!Arrays.equals(sides.source.getFirst(), sides.lake.getFirst())) {
            differences.add(
                    new Difference(Kind.DIFFERENT, key, columns(sides.source.getFirst(), sides.lake.getFirst())));
        }
    }

    private List<String> columns(long[] source, long[] lake) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < source.length; i++) {
            if (source[i] != lake[i]) {
                names.add(table.columns().get(i).name());
            }
        }
        return names;
    }
}
