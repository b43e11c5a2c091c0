package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Backoff;
import dev.sluice.spec.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits all tables of a cut, and the progress of their pipeline, in one catalog transaction and finds out what came
 * of it.
 *
 * <p>Assumes that a stamp, once in the history of a table, stays in its history or in its properties. Whatever the
 * catalog answers, only re-reading the tables makes an outcome "applied". A request that may still be under way is
 * settled by sending the same files again under the same validation: both ask that main has not moved, so at most one
 * of the two can land. As the progress is one of the tables, neither lands once another run has taken the pipeline
 * over. Files are never deleted here; what a refused commit leaves behind is for orphan removal.
 *
 * <p>With a catalog that has no multi-table commit, the tables are committed one by one, each with the same stamp, and
 * the progress after them; a commit that stops half way is completed by the next attempt. Not thread-safe; owned by the
 * committer.
 */
public final class LakeCommit {
    private static final Logger LOG = LoggerFactory.getLogger(LakeCommit.class);

    /**
     * Bounds of the attempts.
     *
     * @param attemptsMax how often the commit is sent at most
     * @param backoffMillis first wait between two attempts; doubled each time, with jitter
     * @param backoffMillisMax longest wait between two attempts
     */
    public record Bounds(int attemptsMax, long backoffMillis, long backoffMillisMax) {
        public static final Bounds DEFAULT = new Bounds(12, 100, 5_000);

        Backoff backoff() {
            return new Backoff(Duration.ofMillis(backoffMillis), Duration.ofMillis(backoffMillisMax));
        }
    }

    private final LakeCatalog catalog;
    private final Bounds bounds;
    private final Ticker ticker;
    /** Tables as last read. A stale one is harmless: the catalog refuses what was not built on its main. */
    private final Map<TableIdentifier, Optional<Table>> tables = new HashMap<>();

    /** Where this writer has left the tables: none of them may stand before that, nor before what the progress says. */
    private final Map<TableIdentifier, Position> positions = new HashMap<>();

    public LakeCommit(LakeCatalog catalog, Bounds bounds) {
        this(catalog, bounds, Ticker.SYSTEM);
    }

    LakeCommit(LakeCatalog catalog, Bounds bounds, Ticker ticker) {
        this.catalog = catalog;
        this.bounds = bounds;
        this.ticker = ticker;
    }

    /** Commits changes that belong to no pipeline's progress. */
    public CommitOutcome commit(List<TableChange> changes) {
        return commit(changes, Optional.empty());
    }

    /**
     * Commits {@code changes}, which all carry the same pipeline and position, one per table, and moves the progress of
     * the pipeline. Without changes only the progress moves. Returns when the outcome is clear or the bounds are reached.
     *
     * @throws SluiceException when a table cannot be loaded before anything was sent
     */
    public CommitOutcome commit(List<TableChange> changes, Optional<Advance> advance) {
        advance.ifPresent(move -> tables.computeIfAbsent(move.progress().table(), catalog::find));
        changes.forEach(change -> tables.computeIfAbsent(change.table(), catalog::find));
        CommitAttempts attempts = new CommitAttempts();
        for (int attempt = 0; attempt < bounds.attemptsMax(); attempt++) {
            Judged judged = judge(changes, advance);
            if (judged.end().isPresent() && attempt == 0) {
                // What was read at an earlier commit may be out of date.
                reread(changes, advance, attempts);
                judged = judge(changes, advance);
            }
            if (judged.end().isPresent()) {
                return judged.end().get();
            }
            if (judged.isDone()) {
                return applied(changes, judged, attempt == 0);
            }
            Optional<CommitFailure> failure = send(judged, advance, left(changes));
            if (failure.isPresent() && !attempts.mayGoOn(failure.get())) {
                SluiceException error = failure.get().error();
                return new CommitOutcome.NotApplied(error.code(), error.reason(), error.fix());
            }
            if (failure.isPresent()) {
                LOG.warn(
                        "lake commit of {} tables, attempt {} of {}, {}: {} {}",
                        changes.size(),
                        attempt + 1,
                        bounds.attemptsMax(),
                        failure.get().meaning(),
                        failure.get().error().code(),
                        failure.get().error().reason());
                pause(attempt);
            }
            reread(changes, advance, attempts);
        }
        // The last attempt may have succeeded: look once more.
        Judged last = judge(changes, advance);
        return last.end().isEmpty() && last.isDone()
                ? applied(changes, last, false)
                : attempts.giveUp(bounds.attemptsMax());
    }

    private CommitOutcome applied(List<TableChange> changes, Judged judged, boolean alreadyThere) {
        if (!judged.isCovered() || !alreadyThere) {
            changes.forEach(
                    change -> positions.put(change.table(), change.stamp().position()));
        }
        return new CommitOutcome.Applied(judged.snapshotIds(), alreadyThere);
    }

    /**
     * The state of all tables of a commit, as last read.
     *
     * @param end a refusal that no other attempt can change
     * @param isCovered whether the progress says that all is there
     * @param progress where the progress goes from; empty when it is not moved and guards nothing
     */
    private record Judged(
            Optional<CommitOutcome> end,
            boolean isCovered,
            Map<TableChange, Admission.Open> open,
            Optional<ProgressRecord> progress,
            boolean progressMoves,
            Map<TableIdentifier, Long> snapshotIds) {
        static Judged ended(CommitOutcome outcome) {
            return new Judged(Optional.of(outcome), false, Map.of(), Optional.empty(), false, Map.of());
        }

        boolean isDone() {
            return open.isEmpty() && !progressMoves;
        }
    }

    private Judged judge(List<TableChange> changes, Optional<Advance> advance) {
        Optional<ProgressRecord> progress = Optional.empty();
        if (advance.isPresent()) {
            Advance.Standing standing = advance.get().judge(readProgress(advance.get()));
            if (standing instanceof Advance.Standing.Refused refused) {
                return Judged.ended(CommitOutcome.NotApplied.of(refused.refusal()));
            }
            if (standing instanceof Advance.Standing.Covered) {
                return new Judged(Optional.empty(), true, Map.of(), Optional.empty(), false, snapshots(changes));
            }
            progress = Optional.of(((Advance.Standing.Open) standing).record());
        }
        Map<TableChange, Admission.Open> open = new LinkedHashMap<>();
        Map<TableIdentifier, Refusal> refused = new LinkedHashMap<>();
        Map<TableIdentifier, Long> snapshotIds = new HashMap<>();
        for (TableChange change : changes) {
            Position left = left(change, progress);
            Admission admission = read(change.table())
                    .map(table -> judge(table, change, left))
                    .orElseGet(() -> Admission.missing(change.table()));
            if (admission instanceof Admission.Refused whole) {
                return Judged.ended(CommitOutcome.NotApplied.of(whole.refusal()));
            }
            if (admission instanceof Admission.TableRefused one) {
                refused.put(change.table(), one.refusal());
            }
            if (admission instanceof Admission.Open standing) {
                open.put(change, standing);
            }
            if (admission instanceof Admission.AlreadyThere there) {
                there.snapshotId().ifPresent(id -> snapshotIds.put(change.table(), id));
            }
        }
        if (!refused.isEmpty()) {
            return Judged.ended(CommitOutcome.NotApplied.of(refused));
        }
        boolean moves = progress.isPresent()
                && progress.get().position().isBelow(advance.orElseThrow().to());
        return new Judged(Optional.empty(), false, open, progress, moves, snapshotIds);
    }

    /** The snapshots of changes that are all there. */
    private Map<TableIdentifier, Long> snapshots(List<TableChange> changes) {
        Map<TableIdentifier, Long> ids = new HashMap<>();
        for (TableChange change : changes) {
            read(change.table())
                    .flatMap(table -> Admission.find(table, change.stamp().position()))
                    .ifPresent(id -> ids.put(change.table(), id));
        }
        return ids;
    }

    /** The table as it was read last; empty when it is not there. */
    private Optional<Table> read(TableIdentifier table) {
        return tables.getOrDefault(table, Optional.empty());
    }

    private static Admission judge(Table table, TableChange change, Position left) {
        Position at = TableStamps.current(table).map(Stamp::position).orElse(Position.ZERO);
        return at.isBelow(left) && !change.isLoad()
                ? Admission.setBack(change.table(), left, at)
                : Admission.of(table, change);
    }

    /** Where this writer, or the one before it, has left the table. */
    private Position left(TableChange change, Optional<ProgressRecord> progress) {
        Position seen = positions.getOrDefault(change.table(), Position.ZERO);
        return progress.filter(record -> isBronze(change))
                .map(record -> record.tables().get(change.table().name()))
                .map(recorded -> Position.max(recorded, seen))
                .orElse(seen);
    }

    /** Other tables, such as that of dead letters, are of several pipelines. */
    private boolean isBronze(TableChange change) {
        return change.table().namespace().equals(catalog.bronzeNamespace());
    }

    private Map<String, Position> left(List<TableChange> changes) {
        Map<String, Position> left = new HashMap<>();
        changes.stream()
                .filter(this::isBronze)
                .forEach(
                        change -> left.put(change.table().name(), change.stamp().position()));
        return left;
    }

    private Optional<ProgressRecord> readProgress(Advance advance) {
        return read(advance.progress().table()).flatMap(ProgressTable::read);
    }

    private Optional<CommitFailure> send(Judged judged, Optional<Advance> advance, Map<String, Position> left) {
        Map<TableIdentifier, TableUpdate> updates = new LinkedHashMap<>();
        try {
            judged.open()
                    .forEach((change, standing) -> updates.put(
                            change.table(),
                            TableUpdate.of(read(change.table()).orElseThrow(), change, standing.tableAt())));
            // Last, for a catalog that takes one after the other.
            advance.ifPresent(move -> updates.put(
                    move.progress().table(),
                    move.progress()
                            .next(
                                    read(move.progress().table()).orElseThrow(),
                                    move.after(judged.progress().orElseThrow(), left))));
        } catch (RuntimeException e) {
            return Optional.of(CommitFailure.beforeSending(e));
        }
        try {
            if (catalog.commitsTogether() && updates.size() > 1) {
                sendTogether(updates);
            } else {
                updates.forEach(this::sendAlone);
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(CommitFailure.ofRequest(e));
        }
    }

    private void sendTogether(Map<TableIdentifier, TableUpdate> updates) {
        List<TableCommit> commits = new ArrayList<>();
        updates.forEach((table, update) -> commits.add(TableCommit.create(table, update.base(), update.updated())));
        catalog.rest().commitTransaction(commits);
    }

    /** Through the bare operations: a transaction's own commit would retry by itself and clean up behind it. */
    private void sendAlone(TableIdentifier table, TableUpdate update) {
        ((HasTableOperations) read(table).orElseThrow()).operations().commit(update.base(), update.updated());
    }

    /** Reads all tables anew; on failure the old ones stay, and the next attempt is refused if they are stale. */
    private void reread(List<TableChange> changes, Optional<Advance> advance, CommitAttempts attempts) {
        try {
            advance.ifPresent(move -> tables.put(
                    move.progress().table(), catalog.find(move.progress().table())));
            changes.forEach(change -> tables.put(change.table(), catalog.find(change.table())));
        } catch (SluiceException e) {
            attempts.failed(e);
            LOG.warn("lake commit: re-reading failed: {}", e.getMessage());
        }
    }

    private void pause(int attempt) {
        try {
            bounds.backoff().pause(attempt, ticker);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(
                    ErrorCode.E0502,
                    "interrupted between two attempts of a lake commit",
                    "start the pipeline again",
                    e);
        }
    }
}
