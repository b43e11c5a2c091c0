package dev.sluice.torture.check;

import dev.sluice.spec.Lsn;
import dev.sluice.torture.check.Finding.Check;
import dev.sluice.torture.oracle.RowSum;
import dev.sluice.torture.oracle.SourceHistory;
import java.util.List;
import java.util.Optional;

/** What a reader sees who reads all tables at one position. Not thread-safe. */
final class TablesTogether {
    private final List<TableTrail> trails;
    private final SourceHistory history;
    private final Invariant invariant;
    private final Findings findings;

    TablesTogether(List<TableTrail> trails, SourceHistory history, Invariant invariant, Findings findings) {
        this.trails = trails;
        this.history = history;
        this.invariant = invariant;
        this.findings = findings;
    }

    /**
     * All tables at one position: each equal to the source there, and what holds over several of them holds. Returns
     * whether all of them could be read.
     */
    boolean check(Lsn position) {
        long total = 0;
        int withBalance = 0;
        boolean readable = true;
        for (TableTrail trail : trails) {
            Optional<Checked> at = trail.followedAt(position);
            if (at.isEmpty()) {
                continue;
            }
            SnapshotRows read = at.get().rows();
            if (read == null) {
                readable = false;
                continue;
            }
            Optional<RowSum.Value> expected = history.sum(trail.name(), position);
            // At its own position it was compared when it was read.
            boolean isOlder = !at.get().position().equals(position);
            if (isOlder && expected.isPresent() && !expected.get().equals(read.sum())) {
                trail.found(
                        Check.ROWS,
                        at.get().snapshot(),
                        position,
                        "is what the table shows at " + position + ", with " + read.sum() + "; the source had "
                                + expected.get(),
                        List.of());
            }
            if (invariant.tables().contains(trail.name())) {
                total += read.balance();
                withBalance++;
            }
        }
        if (withBalance == invariant.tables().size() && total != invariant.total()) {
            findings.add(new Finding(
                    Check.TOGETHER,
                    String.join(" and ", invariant.tables()),
                    0,
                    position.toString(),
                    "the sum of " + invariant.column() + " is " + total + ", not " + invariant.total(),
                    List.of()));
        }
        return readable;
    }
}
