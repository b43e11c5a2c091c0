package dev.sluice.ingest.sink;

import dev.sluice.ingest.sink.cut.CarriedFile;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.sink.cut.LoadMarker;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.sink.poison.PoisonStops;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.CommitOutcome;
import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeCommit;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits cuts to the lake, in order, and records the position that may be acknowledged once a cut has been seen there.
 * A cut that comes again after a restart is recognised by its stamp. What fails here fails the job; Flink brings the
 * same cut again.
 */
public final class CutCommitter implements Committer<CutFiles> {
    private static final Logger LOG = LoggerFactory.getLogger(CutCommitter.class);

    private final LakeCatalog catalog;
    private final String pipeline;
    private final List<SourceTable> sources;
    private final LakeCommit commit;
    private final Progress progress;
    private final CommitMetrics metrics;
    private final SourceGuard guard;
    private final HeadWatch heads;
    private final DeadLetterFiling filing;
    /** When work for the next lake commit began: rows that are completed for it count. */
    private long startNanos;

    private Position recorded = Position.ZERO;
    /** Tables that the lake says are stopped; null until it was asked. */
    private Set<Integer> stopped;

    /**
     * @param catalog closed with this committer
     * @param guard closed with this committer
     */
    public CutCommitter(
            LakeCatalog catalog,
            String pipeline,
            List<SourceTable> sources,
            PoisonPolicies policies,
            LakeCommit.Bounds bounds,
            CommitMetrics metrics,
            SourceGuard guard) {
        this.catalog = catalog;
        this.pipeline = pipeline;
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

    /**
     * Commits one cut: stops first, then loads, each at its own LSN, then the changes. What a stopped table has in it is
     * left out. Returns whether all of it was there already.
     */
    public boolean commit(CutFiles cut) {
        startNanos = System.nanoTime();
        stop(cut.stops());
        stop(guard.differing(new Lsn(cut.lsn()), loadedIn(cut)));
        stop(heads.foreign(catalog, changing(cut)));
        List<TableFiles> changed = new ArrayList<>(cut.changes());
        changed.removeIf(files -> stopped.contains(files.table()));
        boolean alreadyThere = !cut.markers().isEmpty() || !changed.isEmpty();
        for (LoadMarker all : cut.markers()) {
            LoadMarker marker = all.without(stopped);
            if (marker.tables().length == 0) {
                continue;
            }
            List<TableChange> changes = new ArrayList<>();
            filing.begin();
            for (int table : marker.tables()) {
                Optional<TableFiles> truncated = changed.stream()
                        .filter(files -> files.table() == table && files.isTruncated())
                        .findFirst();
                TableChange change = truncated
                        .map(files -> changeOf(files, cut, Stamp.Kind.LOAD))
                        .orElseGet(() -> loadOf(table, marker, cut));
                file(change, truncated.orElseGet(() -> loadFiles(table, marker, cut)), changes);
                // What was loaded is not there any more at this cut, and may never have been read.
                truncated.ifPresent(changed::remove);
            }
            alreadyThere &= publish(changes);
            for (int table : marker.tables()) {
                deleteCarried(loadFiles(table, marker, cut));
            }
        }
        if (!changed.isEmpty()) {
            List<TableChange> changes = new ArrayList<>();
            filing.begin();
            for (TableFiles files : changed) {
                file(changeOf(files, cut, Stamp.Kind.DATA), files, changes);
            }
            alreadyThere &= publish(changes);
            changed.forEach(this::deleteCarried);
        }
        Position reached = at(cut.lsn());
        if (recorded.compareTo(reached) < 0) {
            progress.record(reached);
            recorded = reached;
        }
        return alreadyThere;
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
            if (Following.stop(catalog.load(catalog.bronze(source.name())), stop.code(), stop.reason(), stop.fix())) {
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
        Position loadedAt = at(marker.lsn());
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
                at(cut.lsn()),
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

    private boolean publish(List<TableChange> changes) {
        if (changes.isEmpty()) {
            return true;
        }
        List<TableChange> all = new ArrayList<>(changes);
        filing.letters(changes).ifPresent(all::add);
        CommitOutcome.Applied applied = commit.commit(all).orThrow();
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
