package dev.sluice.ingest.sink;

import dev.sluice.ingest.sink.cut.CarriedFile;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.sink.cut.LoadMarker;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.sink.poison.PoisonStops;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Advance;
import dev.sluice.lake.CommitOutcome;
import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeCommit;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Refusal;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableChange;
import dev.sluice.spec.Lsn;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.iceberg.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits cuts to the lake, in order, and with each of them the position that may be acknowledged once it is there. A
 * cut that comes again after a restart is recognised by that position, or by its stamps. What fails here fails the job; Flink brings the
 * same cut again.
 */
public final class CutCommitter implements Committer<CutFiles> {
    private static final Logger LOG = LoggerFactory.getLogger(CutCommitter.class);

    private final LakeCatalog catalog;
    private final String pipeline;
    private final String runId;
    private final List<SourceTable> sources;
    private final LakeCommit commit;
    private final Progress progress;
    private final CommitMetrics metrics;
    private final SourceGuard guard;
    private final HeadWatch heads;
    private final DeadLetterFiling filing;
    /** When work for the next lake commit began: rows that are completed for it count. */
    private long startNanos;

    /** Tables that the lake says are stopped; null until it was asked. */
    private Set<Integer> stopped;

    /**
     * @param catalog closed with this committer
     * @param runId the run that commits; it has taken the pipeline over
     * @param guard closed with this committer
     */
    public CutCommitter(
            LakeCatalog catalog,
            String pipeline,
            String runId,
            List<SourceTable> sources,
            PoisonPolicies policies,
            LakeCommit.Bounds bounds,
            CommitMetrics metrics,
            SourceGuard guard) {
        this.catalog = catalog;
        this.pipeline = pipeline;
        this.runId = runId;
        this.sources = List.copyOf(sources);
        this.commit = new LakeCommit(catalog, bounds);
        this.progress = new Progress(catalog, pipeline);
        this.metrics = metrics;
        this.guard = guard;
        this.heads = new HeadWatch(pipeline, this.sources);
        this.filing = new DeadLetterFiling(catalog, pipeline, this.sources, policies, metrics);
    }

    @Override
    public void commit(Collection<CommitRequest<CutFiles>> requests) {
        for (CommitRequest<CutFiles> request : requests) {
            if (commit(request.getCommittable())) {
                request.signalAlreadyCommitted();
            }
        }
    }

    /** A commit was refused because of single tables; nothing of it is in the lake. */
    private static final class TablesRefused extends Exception {
        private final transient CommitOutcome.NotApplied outcome;

        TablesRefused(CommitOutcome.NotApplied outcome) {
            super(outcome.reason());
            this.outcome = outcome;
        }
    }

    /**
     * Commits one cut: stops first, then loads, each at its own LSN, then the changes. What a stopped table has in it is
     * left out. Returns whether all of it was there already.
     */
    public boolean commit(CutFiles cut) {
        startNanos = System.nanoTime();
        stop(cut.stops());
        stop(guard.differing(cut.to(), loadedIn(cut)));
        stop(heads.foreign(catalog, changing(cut)));
        while (true) {
            try {
                return commitRunning(cut);
            } catch (TablesRefused refused) {
                // Ends: each time, at least one more table of the cut is stopped.
                stopRefused(refused.outcome);
            }
        }
    }

    private boolean commitRunning(CutFiles cut) throws TablesRefused {
        List<TableFiles> changed = new ArrayList<>(cut.changes());
        changed.removeIf(files -> stopped.contains(files.table()));
        boolean alreadyThere = !cut.markers().isEmpty() || !changed.isEmpty();
        for (LoadMarker all : cut.markers()) {
            LoadMarker marker = all.without(stopped);
            if (marker.tables().length > 0) {
                alreadyThere &= commitLoad(cut, marker, changed);
            }
        }
        List<TableChange> changes = new ArrayList<>();
        filing.begin();
        for (TableFiles files : changed) {
            file(changeOf(files, cut, Stamp.Kind.DATA), files, changes);
        }
        // Without any change, the pipeline moves alone.
        alreadyThere &= publish(changes, advance(cut, cut.to()));
        changed.forEach(this::deleteCarried);
        return alreadyThere;
    }

    /** @param changed what of the cut is still to be committed; tables that are done here are taken out */
    private boolean commitLoad(CutFiles cut, LoadMarker marker, List<TableFiles> changed) throws TablesRefused {
        List<TableChange> changes = new ArrayList<>();
        filing.begin();
        List<TableFiles> emptied = new ArrayList<>();
        for (int table : marker.tables()) {
            Optional<TableFiles> truncated = changed.stream()
                    .filter(files -> files.table() == table && files.isTruncated())
                    .findFirst();
            TableChange change = truncated
                    .map(files -> changeOf(files, cut, Stamp.Kind.LOAD))
                    .orElseGet(() -> loadOf(table, marker, cut));
            file(change, truncated.orElseGet(() -> loadFiles(table, marker, cut)), changes);
            // What was loaded is not there any more at this cut, and may never have been read.
            truncated.ifPresent(emptied::add);
        }
        // Loads come at positions of their own: they do not move the pipeline.
        boolean alreadyThere = publish(changes, advance(cut, Position.ZERO));
        for (int table : marker.tables()) {
            deleteCarried(loadFiles(table, marker, cut));
        }
        emptied.forEach(this::deleteCarried);
        changed.removeAll(emptied);
        return alreadyThere;
    }

    /** @param to where the commit moves the pipeline; {@link Position#ZERO} when it leaves it where it is */
    private Advance advance(CutFiles cut, Position to) {
        return new Advance(progress, runId, cut.from(), to);
    }

    private void stopRefused(CommitOutcome.NotApplied refused) {
        List<TableStop> stops = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            Refusal refusal = refused.tables().get(catalog.bronze(sources.get(i).name()));
            if (refusal != null) {
                stops.add(new TableStop(i, refusal.code(), refusal.reason(), refusal.fix()));
            }
        }
        if (stops.size() < refused.tables().size()) {
            // Not only tables of the source, which could be stopped: the dead letters concern them all.
            refused.orThrow();
        }
        stop(stops);
    }

    /** Tables whose rows in the lake are the beginning of what this cut adds; a load may replace whatever is there. */
    private Set<Integer> changing(CutFiles cut) {
        Set<Integer> loaded = loadedIn(cut);
        Set<Integer> tables = new HashSet<>();
        cut.changes().stream()
                .map(TableFiles::table)
                .filter(table -> !loaded.contains(table) && !stopped.contains(table))
                .forEach(tables::add);
        return tables;
    }

    /**
     * Records which tables do not go on, before anything of the cut is committed: whatever fails later, a table that is
     * stopped is never moved. Returns the stops that the lake did not know yet.
     */
    private List<TableStop> stop(List<TableStop> stops) {
        if (stopped == null) {
            stopped = stoppedInTheLake();
        }
        List<TableStop> fresh = new ArrayList<>();
        for (TableStop stop : stops) {
            SourceTable source = sources.get(stop.table());
            if (stopped.contains(stop.table())) {
                continue;
            }
            // One that was dropped has no place for it; the next start makes and loads it anew.
            Optional<Table> table = catalog.find(catalog.bronze(source.name()));
            if (table.isPresent() && Following.stop(table.get(), stop.code(), stop.reason(), stop.fix())) {
                fresh.add(stop);
            }
            stopped.add(stop.table());
            LOG.error(
                    "table {}.{} is stopped, the others go on: {} {}: {}\nFix: {}",
                    source.schema(),
                    source.name(),
                    stop.code(),
                    stop.code().title(),
                    stop.reason(),
                    stop.fix());
        }
        return fresh;
    }

    private static Set<Integer> loadedIn(CutFiles cut) {
        Set<Integer> loaded = new HashSet<>();
        for (LoadMarker marker : cut.markers()) {
            for (int table : marker.tables()) {
                loaded.add(table);
            }
        }
        return loaded;
    }

    private Set<Integer> stoppedInTheLake() {
        Set<Integer> found = new HashSet<>();
        for (int i = 0; i < sources.size(); i++) {
            int table = i;
            catalog.find(catalog.bronze(sources.get(i).name()))
                    .flatMap(lakeTable -> Following.of(lakeTable).stop())
                    .ifPresent(stop -> found.add(table));
        }
        return found;
    }

    private void file(TableChange change, TableFiles files, List<TableChange> changes) {
        filing.file(change, files)
                .ifPresentOrElse(
                        changes::add,
                        () -> stop(List.of(PoisonStops.tooMany(files.table(), sources.get(files.table())))));
    }

    private static TableFiles loadFiles(int table, LoadMarker marker, CutFiles cut) {
        return cut.loads().stream()
                .filter(load -> load.table() == table && load.lowestLsn() == marker.lsn())
                .findFirst()
                .orElseThrow();
    }

    private TableChange loadOf(int table, LoadMarker marker, CutFiles cut) {
        Position loadedAt = marker.position();
        TableFiles files = loadFiles(table, marker, cut);
        Stamp stamp = new Stamp(
                pipeline,
                loadedAt,
                Position.ZERO,
                instant(marker.timeMicros()),
                Stamp.Kind.LOAD,
                files.rowsInserted(),
                0);
        return new TableChange(
                catalog.bronze(sources.get(table).name()), stamp, loadedAt, files.dataFiles(), List.of(), true);
    }

    private TableChange changeOf(TableFiles files, CutFiles cut, Stamp.Kind kind) {
        SourceTable source = sources.get(files.table());
        RowBalance.check(files, source.name());
        long rowsBefore = files.isTruncated() ? RowBalance.liveRows(catalog.load(catalog.bronze(source.name()))) : 0;
        Stamp stamp = new Stamp(
                pipeline,
                cut.to(),
                Position.ZERO,
                instant(cut.commitTimeMicros()),
                kind,
                files.rowsInserted(),
                files.rowsDeleted() + rowsBefore);
        return new TableChange(
                catalog.bronze(source.name()),
                stamp,
                at(files.lowestLsn()),
                files.dataFiles(),
                files.deleteFiles(),
                files.isTruncated());
    }

    /** They are in data files now, or the cut was there already. What is left behind is an orphan. */
    private void deleteCarried(TableFiles files) {
        for (CarriedFile file : files.carried()) {
            try {
                catalog.load(catalog.bronze(sources.get(files.table()).name()))
                        .io()
                        .deleteFile(file.location());
            } catch (RuntimeException e) {
                LOG.debug("{} was not deleted; orphan removal will", file.location(), e);
            }
        }
    }

    /** @param advance what the commit does to the progress; without changes it may do that alone */
    private boolean publish(List<TableChange> changes, Advance advance) throws TablesRefused {
        if (changes.isEmpty() && advance.to().equals(Position.ZERO)) {
            return true;
        }
        List<TableChange> all = new ArrayList<>(changes);
        if (!changes.isEmpty()) {
            filing.letters(changes).ifPresent(all::add);
        }
        CommitOutcome outcome = commit.commit(all, Optional.of(advance));
        if (outcome instanceof CommitOutcome.NotApplied refused
                && !refused.tables().isEmpty()) {
            throw new TablesRefused(refused);
        }
        CommitOutcome.Applied applied = outcome.orThrow();
        if (changes.isEmpty()) {
            return applied.alreadyThere();
        }
        filing.committed(applied);
        long now = System.nanoTime();
        long commitMillis = (now - startNanos) / 1_000_000;
        startNanos = now;
        Stamp stamp = changes.get(0).stamp();
        long inserted = changes.stream()
                .mapToLong(change -> change.stamp().rowsInserted())
                .sum();
        long deleted = changes.stream()
                .mapToLong(change -> change.stamp().rowsDeleted())
                .sum();
        long lagMillis = stamp.sourceCommitTime().equals(Instant.EPOCH)
                ? -1
                : ChronoUnit.MILLIS.between(stamp.sourceCommitTime(), Instant.now());
        metrics.committed(commitMillis, lagMillis, inserted, deleted);
        LOG.info(
                "lake commit {} at LSN {}: {} tables, +{} -{} rows, {} ms, {} ms after the source's commit{}",
                stamp.kind().text(),
                stamp.position(),
                changes.size(),
                inserted,
                deleted,
                commitMillis,
                lagMillis,
                applied.alreadyThere() ? " (was there already)" : "");
        return applied.alreadyThere();
    }

    private static Position at(long lsn) {
        return Position.of(new Lsn(lsn));
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    @Override
    public void close() {
        guard.close();
        catalog.close();
    }
}
