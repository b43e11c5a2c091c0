package dev.sluice.torture.check;

import dev.sluice.lake.Following;
import dev.sluice.lake.Stamp;
import dev.sluice.spec.Lsn;
import dev.sluice.torture.check.Finding.Check;
import dev.sluice.verify.ComparedTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;

/** The snapshots of one table in the order of main, as far as they were looked at. Of one thread, but for the counts. */
final class TableTrail {
    private final String pipeline;
    private final ComparedTable shape;
    private final Findings findings;
    private final List<Checked> chain = new ArrayList<>();
    /** From here on the table is followed without a gap; null while it is not. */
    private Lsn followedFrom;

    /** Also by the thread that does it. */
    private volatile boolean mayBeStopped;

    private final AtomicLong dataSnapshots = new AtomicLong();
    private final AtomicLong upkeepSnapshots = new AtomicLong();

    TableTrail(String pipeline, ComparedTable shape, Findings findings) {
        this.pipeline = pipeline;
        this.shape = shape;
        this.findings = findings;
    }

    String name() {
        return shape.spec().name();
    }

    ComparedTable shape() {
        return shape;
    }

    long dataSnapshots() {
        return dataSnapshots.get();
    }

    long upkeepSnapshots() {
        return upkeepSnapshots.get();
    }

    /** Those that are new on main, oldest first. */
    List<Snapshot> fresh(Table table) {
        List<Snapshot> fresh = new ArrayList<>();
        if (table.currentSnapshot() == null) {
            return fresh;
        }
        long last = chain.isEmpty() ? 0 : chain.getLast().snapshot();
        boolean continues = chain.isEmpty();
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
            if (snapshot.snapshotId() == last) {
                continues = true;
                break;
            }
            fresh.add(snapshot);
        }
        Collections.reverse(fresh);
        if (!continues) {
            found(Check.STAMPS, last, chain.getLast().position(), "is no ancestor of the head any more", List.of());
            chain.clear();
            followedFrom = null;
        }
        return fresh;
    }

    /** The stamp of a snapshot as far as it is of this pipeline. */
    Optional<Stamp> stamp(Snapshot snapshot) {
        return Stamp.of(snapshot).filter(stamp -> stamp.pipeline().equals(pipeline));
    }

    /** A snapshot without a stamp of ours: found, unless the run has written it itself. */
    void foreign(Snapshot snapshot) {
        Lsn at = chain.isEmpty() ? Lsn.ZERO : chain.getLast().position();
        if (!snapshot.summary().containsKey(LakeChecker.FOREIGN)) {
            found(Check.STAMPS, snapshot.snapshotId(), at, "has no stamp of the pipeline " + pipeline, List.of());
        }
        followedFrom = null;
        chain.add(new Checked(snapshot.snapshotId(), parent(snapshot), at, Stamp.Kind.DATA, true, null));
    }

    /** Whether the stamp fits the ones before; then the snapshot belongs to the chain. */
    void add(Snapshot snapshot, Stamp stamp, SnapshotRows rows) {
        Lsn position = stamp.position().lsn();
        if (!chain.isEmpty()) {
            checkStamp(snapshot, stamp, position, chain.getLast());
        }
        switch (stamp.kind()) {
            case LOAD -> {
                followedFrom = position;
                mayBeStopped = false;
                dataSnapshots.incrementAndGet();
            }
            case DATA -> dataSnapshots.incrementAndGet();
            case UPKEEP, SCHEMA, MODEL, BACKFILL, RESTORE -> upkeepSnapshots.incrementAndGet();
        }
        chain.add(new Checked(snapshot.snapshotId(), parent(snapshot), position, stamp.kind(), false, rows));
    }

    private void checkStamp(Snapshot snapshot, Stamp stamp, Lsn position, Checked before) {
        boolean isNewer = before.position().compareTo(position) < 0;
        switch (stamp.kind()) {
            case DATA, LOAD -> {
                if (!isNewer && !(before.foreign() && stamp.kind() == Stamp.Kind.LOAD)) {
                    found(
                            Check.STAMPS,
                            snapshot.snapshotId(),
                            position,
                            "does not rise above " + before.position() + " of the snapshot before",
                            List.of());
                }
                Lsn from = stamp.from().lsn();
                if (stamp.kind() == Stamp.Kind.DATA && !from.equals(before.position())) {
                    found(
                            Check.STAMPS,
                            snapshot.snapshotId(),
                            position,
                            "goes on from " + from + ", and the snapshot before is at " + before.position(),
                            List.of());
                }
            }
            case UPKEEP, SCHEMA, MODEL, BACKFILL, RESTORE -> {
                if (!position.equals(before.position())) {
                    found(
                            Check.STAMPS,
                            snapshot.snapshotId(),
                            position,
                            "is upkeep, and does not repeat " + before.position() + " of its parent",
                            List.of());
                }
            }
        }
    }

    /** The newest snapshot at or before {@code position}; empty where the table need not equal its source there. */
    Optional<Checked> followedAt(Lsn position) {
        if (followedFrom == null || !followedFrom.isAtMost(position)) {
            return Optional.empty();
        }
        for (int i = chain.size() - 1; i >= 0; i--) {
            Checked checked = chain.get(i);
            if (checked.position().isAtMost(position)) {
                return Optional.of(checked);
            }
        }
        return Optional.empty();
    }

    void mayBeStopped() {
        mayBeStopped = true;
    }

    /** A table is stopped by what the run does to it, and by nothing else. */
    void checkFollowing(Following following) {
        following.stop().ifPresent(stop -> {
            if (!mayBeStopped) {
                found(Check.STAMPS, 0, Lsn.parse(stop.at()), "the table is " + stop.text(), List.of());
            }
            followedFrom = null;
        });
        if (!following.isFollowed()) {
            followedFrom = null;
        }
    }

    /** There is no such table, or none yet. */
    void gone(Lsn position) {
        if (!chain.isEmpty()) {
            found(Check.FILES, 0, position, "the table is gone", List.of());
        }
    }

    void found(Check check, long snapshot, Lsn position, String text, List<String> keys) {
        findings.add(new Finding(check, name(), snapshot, position.toString(), text, keys));
    }

    private static long parent(Snapshot snapshot) {
        return snapshot.parentId() == null ? 0 : snapshot.parentId();
    }
}
