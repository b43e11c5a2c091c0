package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits all tables of a cut in one catalog transaction and finds out what came of it.
 *
 * <p>Assumes that a stamp, once in the history of a table, stays in its history or in its properties. Whatever the
 * catalog answers, only re-reading the tables makes an outcome "applied". A request that may still be under way is
 * settled by sending the same files again under the same validation: both ask that main has not moved, so at most one
 * of the two can land. Files are never deleted here; what a refused commit leaves behind is for orphan removal.
 *
 * <p>With a catalog that has no multi-table commit, the tables are committed one by one, each with the same stamp; a
 * commit that stops half way is completed by the next attempt. Not thread-safe; owned by the committer.
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
    }

    private final LakeCatalog catalog;
    private final Bounds bounds;
    /** Tables as last read. A stale one is harmless: the catalog refuses what was not built on its main. */
    private final Map<TableIdentifier, Table> tables = new HashMap<>();

    private boolean oneTableAtATime;

    public LakeCommit(LakeCatalog catalog, Bounds bounds) {
        this.catalog = catalog;
        this.bounds = bounds;
    }

    /**
     * Commits {@code changes}, which all carry the same pipeline and LSN, one per table. Returns when the outcome is
     * clear or the bounds are reached.
     *
     * @throws SluiceException when a table cannot be loaded before anything was sent
     */
    public CommitOutcome commit(List<TableChange> changes) {
        changes.forEach(change -> tables.computeIfAbsent(change.table(), catalog::load));
        Doubt doubt = new Doubt();
        for (int attempt = 0; attempt < bounds.attemptsMax(); attempt++) {
            Judged judged = judge(changes);
            if (judged.refused().isPresent()) {
                Admission.Refused refused = judged.refused().get();
                return new CommitOutcome.NotApplied(refused.code(), refused.reason(), refused.fix());
            }
            if (judged.open().isEmpty()) {
                return new CommitOutcome.Applied(judged.snapshotIds(), attempt == 0);
            }
            Optional<CommitFailure> failure = send(judged.open());
            if (failure.isPresent() && !doubt.mayGoOn(failure.get())) {
                SluiceException error = failure.get().error();
                return new CommitOutcome.NotApplied(error.code(), error.reason(), error.fix());
            }
            if (failure.isPresent()) {
                LOG.warn(
                        "lake commit at LSN {}, attempt {} of {}, {}: {} {}",
                        changes.get(0).stamp().position(),
                        attempt + 1,
                        bounds.attemptsMax(),
                        failure.get().meaning(),
                        failure.get().error().code(),
                        failure.get().error().reason());
                pause(attempt);
            }
            reread(changes, doubt);
        }
        // The last attempt may have succeeded: look once more.
        Judged last = judge(changes);
        return last.refused().isEmpty() && last.open().isEmpty()
                ? new CommitOutcome.Applied(last.snapshotIds(), false)
                : doubt.giveUp(bounds.attemptsMax());
    }

    /** The state of all tables of a commit, as last read. */
    private record Judged(
            Optional<Admission.Refused> refused,
            Map<TableChange, Admission.Open> open,
            Map<TableIdentifier, Long> snapshotIds) {}

    private Judged judge(List<TableChange> changes) {
        Map<TableChange, Admission.Open> open = new LinkedHashMap<>();
        Map<TableIdentifier, Long> snapshotIds = new HashMap<>();
        for (TableChange change : changes) {
            Admission admission = Admission.of(tables.get(change.table()), change);
            if (admission instanceof Admission.Refused refused) {
                return new Judged(Optional.of(refused), Map.of(), Map.of());
            }
            if (admission instanceof Admission.Open standing) {
                open.put(change, standing);
            }
            if (admission instanceof Admission.AlreadyThere there) {
                there.snapshotId().ifPresent(id -> snapshotIds.put(change.table(), id));
            }
        }
        return new Judged(Optional.empty(), open, snapshotIds);
    }

    private Optional<CommitFailure> send(Map<TableChange, Admission.Open> open) {
        Map<TableChange, TableUpdate> updates = new LinkedHashMap<>();
        try {
            open.forEach((change, standing) ->
                    updates.put(change, TableUpdate.of(tables.get(change.table()), change, standing.tableAt())));
        } catch (RuntimeException e) {
            return Optional.of(CommitFailure.beforeSending(e));
        }
        boolean multiTable = !oneTableAtATime && open.size() > 1;
        try {
            if (multiTable) {
                sendTogether(updates);
            } else {
                updates.forEach((change, update) -> sendAlone(change.table(), update));
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            CommitFailure failure = CommitFailure.ofRequest(e, multiTable);
            oneTableAtATime |= failure.meaning() == CommitFailure.Meaning.NO_MULTI_TABLE_COMMIT;
            return Optional.of(failure);
        }
    }

    private void sendTogether(Map<TableChange, TableUpdate> updates) {
        List<TableCommit> commits = new ArrayList<>();
        updates.forEach(
                (change, update) -> commits.add(TableCommit.create(change.table(), update.base(), update.updated())));
        catalog.rest().commitTransaction(commits);
    }

    /** Through the bare operations: a transaction's own commit would retry by itself and clean up behind it. */
    private void sendAlone(TableIdentifier table, TableUpdate update) {
        ((HasTableOperations) tables.get(table)).operations().commit(update.base(), update.updated());
    }

    /** Reads all tables anew; on failure the old ones stay, and the next attempt is refused if they are stale. */
    private void reread(List<TableChange> changes, Doubt doubt) {
        try {
            for (TableChange change : changes) {
                tables.put(change.table(), catalog.load(change.table()));
            }
        } catch (SluiceException e) {
            doubt.lastError = e;
            LOG.warn(
                    "lake commit at {}: re-reading failed: {}",
                    changes.get(0).stamp().position(),
                    e.getMessage());
        }
    }

    private void pause(int attempt) {
        long ceiling = Math.min(bounds.backoffMillisMax(), bounds.backoffMillis() << Math.min(attempt, 20));
        try {
            Thread.sleep(ceiling / 2 + ThreadLocalRandom.current().nextLong(ceiling / 2 + 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(
                    ErrorCode.E0502,
                    "interrupted between two attempts of a lake commit",
                    "start the pipeline again",
                    e);
        }
    }

    /** What is not clear yet about the attempts so far. */
    private static final class Doubt {
        private boolean mayHaveLanded;
        private SluiceException lastError = new SluiceException(
                ErrorCode.E0502, "the catalog confirmed the commit but does not show it", "check the catalog server");

        boolean mayGoOn(CommitFailure failure) {
            lastError = failure.error();
            mayHaveLanded |= failure.meaning() == CommitFailure.Meaning.UNKNOWN;
            return failure.meaning() != CommitFailure.Meaning.REFUSED || mayHaveLanded;
        }

        CommitOutcome giveUp(int attempts) {
            boolean clear = !mayHaveLanded && lastError.code() == ErrorCode.E0501;
            if (clear) {
                return new CommitOutcome.NotApplied(lastError.code(), lastError.reason(), lastError.fix());
            }
            return new CommitOutcome.Unknown("after " + attempts
                    + " attempts the catalog neither shows nor definitely refuses the commit; last: "
                    + lastError.reason());
        }
    }
}
