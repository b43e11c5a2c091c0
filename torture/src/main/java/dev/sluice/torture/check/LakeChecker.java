package dev.sluice.torture.check;

import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Stamp;
import dev.sluice.spec.Lsn;
import dev.sluice.torture.check.Finding.Check;
import dev.sluice.torture.oracle.RowSum;
import dev.sluice.torture.oracle.SourceHistory;
import dev.sluice.verify.ComparedTable;
import dev.sluice.verify.LakeScan;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/**
 * Looks at every snapshot of every table once. A round reads the progress of the pipeline first and the tables then: all
 * that the lake has up to that progress is in them. So the positions of a round are known before the oracle passes them,
 * and it stops at each. Whatever a round could not do, because a server was away, the next one does. Of one thread, but for the counts,
 * the findings and the commits.
 */
public final class LakeChecker {
    /** In the summary of a snapshot that the run itself has written as a foreigner: that alone may be without a stamp. */
    public static final String FOREIGN = "torture.foreign";

    private final LakeCatalog lake;
    private final SourceHistory history;
    private final SourceHistory.Changes changes;
    private final Invariant invariant;
    private final Progress progress;
    private final Findings findings = new Findings();
    private final ExactCommits commits = new ExactCommits();
    private final List<TableTrail> trails = new ArrayList<>();
    private final TablesTogether together;
    private final Optional<HotCheck> hot;
    private final KeptFileIO.Kept kept = new KeptFileIO.Kept();
    /** All up to here was looked at. */
    private Lsn done = Lsn.ZERO;

    private final AtomicLong rows = new AtomicLong();

    /** A snapshot to look at. */
    private record Fresh(TableTrail trail, Table table, Snapshot snapshot, Stamp stamp) {
        boolean isDataAt(Lsn position) {
            return stamp != null
                    && stamp.kind() == Stamp.Kind.DATA
                    && stamp.position().lsn().equals(position);
        }
    }

    /** @param hot the hot table, where there is one */
    public LakeChecker(
            LakeCatalog lake,
            String pipeline,
            List<ComparedTable> tables,
            SourceHistory history,
            SourceHistory.Changes changes,
            Invariant invariant,
            Optional<HotRows> hot) {
        this.lake = lake;
        this.history = history;
        this.changes = changes;
        this.invariant = invariant;
        this.progress = new Progress(lake, pipeline);
        tables.forEach(table -> trails.add(new TableTrail(pipeline, table, findings)));
        this.together = new TablesTogether(trails, history, invariant, findings);
        this.hot = hot.map(rows -> new HotCheck(rows, history, findings));
    }

    public Findings findings() {
        return findings;
    }

    public ExactCommits commits() {
        return commits;
    }

    /** Until it is loaded anew a table may be stopped: the run itself does something to it that cannot be followed. */
    public void mayBeStopped(String table) {
        trails.stream().filter(trail -> trail.name().equals(table)).forEach(TableTrail::mayBeStopped);
    }

    /** Everything that the lake had up to here was looked at. */
    public Lsn done() {
        return done;
    }

    public long dataSnapshots() {
        return trails.stream().mapToLong(TableTrail::dataSnapshots).sum();
    }

    public long upkeepSnapshots() {
        return trails.stream().mapToLong(TableTrail::upkeepSnapshots).sum();
    }

    /** How often the whole hot table was compared. */
    public long hotReadings() {
        return hot.map(HotCheck::compared).orElse(0L);
    }

    /** Rows that were read of the lake. */
    public long rows() {
        return rows.get();
    }

    /**
     * Looks at what is new.
     *
     * @throws RuntimeException when a server does not answer; try again. An {@link
     *     dev.sluice.torture.oracle.OracleException} does not go away
     */
    public void round() throws SQLException, InterruptedException {
        if (hot.isPresent()) {
            hot.get().look();
        }
        Optional<Lsn> reached = progress.acknowledged().map(position -> position.lsn());
        if (reached.isEmpty()) {
            return;
        }
        Lsn frontier = reached.get();
        Map<TableTrail, List<Fresh>> fresh = new LinkedHashMap<>();
        TreeSet<Lsn> positions = new TreeSet<>();
        for (TableTrail trail : trails) {
            Optional<Table> found = lake.find(lake.bronze(trail.name()));
            if (found.isEmpty()) {
                trail.gone(frontier);
                continue;
            }
            List<Fresh> ofTable = fresh(trail, found.get(), frontier);
            ofTable.stream()
                    .filter(one -> one.stamp() != null)
                    .forEach(one -> positions.add(one.stamp().position().lsn()));
            fresh.put(trail, ofTable);
            trail.checkFollowing(Following.of(found.get()));
        }
        positions.add(frontier);
        hot.ifPresent(check -> positions.addAll(check.positions(frontier)));
        for (Lsn position : positions) {
            history.advance(changes, position);
            hot.ifPresent(check -> check.compareUpTo(position));
            List<Fresh> here = new ArrayList<>();
            int findingsBefore = findings.count();
            for (List<Fresh> ofTable : fresh.values()) {
                while (!ofTable.isEmpty() && isAt(ofTable.getFirst(), position)) {
                    here.add(ofTable.getFirst());
                    look(ofTable.removeFirst());
                }
            }
            // A load has a position of its own, to which the other tables do not come.
            if (position.equals(frontier) || here.stream().anyMatch(one -> one.isDataAt(position))) {
                boolean readable = together.check(position);
                if (readable && findings.count() == findingsBefore) {
                    tellExact(position, here);
                }
            }
        }
        done = Lsn.max(done, frontier);
    }

    /** New snapshots up to the frontier, oldest first; what is beyond waits for the next round. */
    private List<Fresh> fresh(TableTrail trail, Table table, Lsn frontier) {
        String problem = LakeScan.problem(table.schema(), trail.shape());
        if (!problem.isEmpty()) {
            trail.found(Check.ROWS, 0, frontier, problem, List.of());
        }
        List<Fresh> fresh = new ArrayList<>();
        for (Snapshot snapshot : trail.fresh(table)) {
            Optional<Stamp> stamp = trail.stamp(snapshot);
            if (stamp.isPresent() && !stamp.get().position().lsn().isAtMost(frontier)) {
                break;
            }
            fresh.add(new Fresh(trail, ReadOnlyTable.of(table, kept), snapshot, stamp.orElse(null)));
        }
        return fresh;
    }

    /** A snapshot that is out of order, or not ours, is looked at where it stands. */
    private static boolean isAt(Fresh fresh, Lsn position) {
        return fresh.stamp() == null || fresh.stamp().position().lsn().isAtMost(position);
    }

    private void look(Fresh one) throws InterruptedException {
        TableTrail trail = one.trail();
        if (one.stamp() == null) {
            trail.foreign(one.snapshot());
            return;
        }
        Lsn position = one.stamp().position().lsn();
        SnapshotRows read = null;
        try {
            long snapshot = one.snapshot().snapshotId();
            read = SnapshotRows.read(one.table(), snapshot, trail.shape(), invariant.columnOf(trail.name()));
            rows.addAndGet(read.sum().rows());
            compare(one, position, read);
        } catch (SnapshotRows.FileMissing e) {
            trail.found(
                    Check.FILES,
                    one.snapshot().snapshotId(),
                    position,
                    "a file that it names is not in the store: " + e.getCause().getMessage(),
                    List.of());
        }
        trail.add(one.snapshot(), one.stamp(), read);
    }

    private void compare(Fresh one, Lsn position, SnapshotRows read)
            throws InterruptedException, SnapshotRows.FileMissing {
        TableTrail trail = one.trail();
        long snapshot = one.snapshot().snapshotId();
        Optional<RowSum.Value> expected = history.sum(trail.name(), position);
        if (expected.isEmpty()) {
            // Only a load may come at a position that the pipeline has passed.
            if (one.stamp().kind() != Stamp.Kind.LOAD) {
                trail.found(Check.STAMPS, snapshot, position, "came when all was told up to " + done, List.of());
            }
            if (!history.possibleSums(trail.name(), position).contains(read.sum())) {
                trail.found(
                        Check.ROWS, snapshot, position, "has " + read.sum() + ", not those of the source", List.of());
            }
            return;
        }
        if (!expected.get().equals(read.sum())) {
            List<String> keys = position.equals(history.position())
                    ? Differences.of(history.rows(trail.name()), SnapshotRows.all(one.table(), snapshot, trail.shape()))
                    : List.of();
            trail.found(
                    Check.ROWS, snapshot, position, "has " + read.sum() + "; the source had " + expected.get(), keys);
        }
    }

    private void tellExact(Lsn position, List<Fresh> here) {
        here.stream()
                .filter(one -> one.isDataAt(position))
                .findFirst()
                .ifPresent(one -> commits.add(new ExactCommit(
                        position,
                        one.stamp().sourceCommitTime(),
                        Instant.ofEpochMilli(one.snapshot().timestampMillis()))));
    }

    /** In the end every table has to be followed, up to what was looked at. */
    public void checkAllFollowed() {
        for (TableTrail trail : trails) {
            if (trail.followedAt(done).isEmpty()) {
                trail.found(Check.STAMPS, 0, done, "the table is not followed in the end", List.of());
            }
        }
    }

    /** Looks at all files of all snapshots of all tables, in the store itself; returns how many. */
    public int checkFiles() {
        int files = 0;
        for (TableTrail trail : trails) {
            Optional<Table> table = lake.find(lake.bronze(trail.name()));
            if (table.isPresent()) {
                files += new FileCheck(table.get(), findings).check(table.get().snapshots());
            }
        }
        return files;
    }
}
