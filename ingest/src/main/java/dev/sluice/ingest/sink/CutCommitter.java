package dev.sluice.ingest.sink;

import dev.sluice.ingest.sink.carry.CarryOver;
import dev.sluice.ingest.sink.cut.CarriedFile;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.sink.cut.LoadMarker;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.file.TableFormat;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.CommitOutcome;
import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeCommit;
import dev.sluice.lake.LakeErrors;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableChange;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.Lsn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits cuts to the lake, in order, and records the position that may be acknowledged once a cut has been seen there.
 * A cut that comes again after a restart is recognised by its stamp. What fails here fails the job; Flink brings the
 * same cut again.
 */
public final class CutCommitter implements Committer<CutFiles> {
    private static final Logger LOG = LoggerFactory.getLogger(CutCommitter.class);

    /** Writer number of the committer's own files, in their names only. */
    private static final int CARRIED_FILES = 99_999;

    private final LakeCatalog catalog;
    private final String pipeline;
    private final List<SourceTable> sources;
    private final LakeCommit commit;
    private final Progress progress;
    private final CommitMetrics metrics;
    /** When work for the next lake commit began: rows that are completed for it count. */
    private long startNanos;

    private Position recorded = Position.ZERO;
    /** Tables that the lake says are stopped; null until it was asked. */
    private Set<Integer> stopped;

    /** @param catalog closed with this committer */
    public CutCommitter(
            LakeCatalog catalog,
            String pipeline,
            List<SourceTable> sources,
            LakeCommit.Bounds bounds,
            CommitMetrics metrics) {
        this.catalog = catalog;
        this.pipeline = pipeline;
        this.sources = List.copyOf(sources);
        this.commit = new LakeCommit(catalog, bounds);
        this.progress = new Progress(catalog, pipeline);
        this.metrics = metrics;
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
        List<TableFiles> changed = cut.changes().stream()
                .filter(files -> !stopped.contains(files.table()))
                .toList();
        boolean alreadyThere = !cut.markers().isEmpty() || !changed.isEmpty();
        for (LoadMarker all : cut.markers()) {
            LoadMarker marker = all.without(stopped);
            if (marker.tables().length == 0) {
                continue;
            }
            List<TableChange> changes = new ArrayList<>();
            for (int table : marker.tables()) {
                changes.add(loadOf(table, marker, cut));
            }
            alreadyThere &= publish(changes);
        }
        if (!changed.isEmpty()) {
            List<TableChange> changes = new ArrayList<>();
            for (TableFiles files : changed) {
                changes.add(changeOf(files, cut));
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

    private TableChange loadOf(int table, LoadMarker marker, CutFiles cut) {
        Position loadedAt = at(marker.lsn());
        TableFiles files = cut.loads().stream()
                .filter(load -> load.table() == table && load.lowestLsn() == marker.lsn())
                .findFirst()
                .orElseThrow();
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

    private TableChange changeOf(TableFiles files, CutFiles cut) {
        SourceTable source = sources.get(files.table());
        RowBalance.check(files, source.name());
        long rowsBefore = files.isTruncated() ? RowBalance.liveRows(catalog.load(catalog.bronze(source.name()))) : 0;
        Stamp stamp = new Stamp(
                pipeline,
                at(cut.lsn()),
                Position.ZERO,
                instant(cut.commitTimeMicros()),
                Stamp.Kind.DATA,
                files.rowsInserted(),
                files.rowsDeleted() + rowsBefore);
        return new TableChange(
                catalog.bronze(source.name()),
                stamp,
                at(files.lowestLsn()),
                dataFiles(files, stamp),
                files.deleteFiles(),
                files.isTruncated());
    }

    /** All data files of a table's changes, those included that complete its carried rows. */
    private List<DataFile> dataFiles(TableFiles files, Stamp stamp) {
        if (files.carried().isEmpty()) {
            return files.dataFiles();
        }
        SourceTable source = sources.get(files.table());
        Table table = catalog.load(catalog.bronze(source.name()));
        if (TableStamps.current(table)
                .filter(there -> stamp.position().isAtMost(there.position()))
                .isPresent()) {
            // The cut comes again: the lake has it, and the versions before are gone.
            return files.dataFiles();
        }
        List<DataFile> all = new ArrayList<>(files.dataFiles());
        long start = System.nanoTime();
        CarryOver.Result completed = LakeErrors.edge("completing rows of " + table.name() + " from the lake", () -> {
            try {
                return CarryOver.complete(TableFormat.of(source, table, CARRIED_FILES), files);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        LOG.info(
                "completed {} rows of {} from {} of its files, {} ms",
                files.carried().stream().mapToLong(CarriedFile::rows).sum(),
                table.name(),
                completed.filesRead(),
                (System.nanoTime() - start) / 1_000_000);
        all.addAll(completed.files());
        return all;
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
        CommitOutcome.Applied applied = commit.commit(changes).orThrow();
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
        catalog.close();
    }
}
