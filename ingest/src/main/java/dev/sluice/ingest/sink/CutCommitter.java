package dev.sluice.ingest.sink;

import dev.sluice.ingest.sink.carry.CarryOver;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.sink.cut.LoadMarker;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.file.TableFormat;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.CommitOutcome;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeCommit;
import dev.sluice.lake.LakeErrors;
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
import java.util.List;
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
    private Lsn recorded = Lsn.ZERO;

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

    /** Commits one cut: loads first, each at its own LSN, then the changes. Returns whether all of it was there already. */
    public boolean commit(CutFiles cut) {
        boolean alreadyThere = !cut.markers().isEmpty() || !cut.changes().isEmpty();
        for (LoadMarker marker : cut.markers()) {
            List<TableChange> changes = new ArrayList<>();
            for (int table : marker.tables()) {
                changes.add(loadOf(table, marker, cut));
            }
            alreadyThere &= publish(changes);
        }
        if (!cut.changes().isEmpty()) {
            List<TableChange> changes = new ArrayList<>();
            for (TableFiles files : cut.changes()) {
                changes.add(changeOf(files, cut));
            }
            alreadyThere &= publish(changes);
        }
        Lsn reached = new Lsn(cut.lsn());
        if (recorded.compareTo(reached) < 0) {
            progress.record(reached);
            recorded = reached;
        }
        return alreadyThere;
    }

    private TableChange loadOf(int table, LoadMarker marker, CutFiles cut) {
        Lsn lsn = new Lsn(marker.lsn());
        TableFiles files = cut.loads().stream()
                .filter(load -> load.table() == table && load.lowestLsn() == marker.lsn())
                .findFirst()
                .orElseThrow();
        Stamp stamp = new Stamp(
                pipeline, lsn, Lsn.ZERO, instant(marker.timeMicros()), Stamp.Kind.LOAD, files.rowsInserted(), 0);
        return new TableChange(
                catalog.bronze(sources.get(table).name()), stamp, lsn, files.dataFiles(), List.of(), true);
    }

    private TableChange changeOf(TableFiles files, CutFiles cut) {
        Stamp stamp = new Stamp(
                pipeline,
                new Lsn(cut.lsn()),
                Lsn.ZERO,
                instant(cut.commitTimeMicros()),
                Stamp.Kind.DATA,
                files.rowsInserted(),
                files.rowsDeleted());
        return new TableChange(
                catalog.bronze(sources.get(files.table()).name()),
                stamp,
                new Lsn(files.lowestLsn()),
                dataFiles(files, stamp),
                files.deleteFiles(),
                files.isTruncated());
    }

    /** All data files of a table's changes, those included that complete its carried rows. */
    private List<DataFile> dataFiles(TableFiles files, Stamp stamp) {
        if (files.carriedRows().isEmpty()) {
            return files.dataFiles();
        }
        SourceTable source = sources.get(files.table());
        Table table = catalog.load(catalog.bronze(source.name()));
        if (TableStamps.current(table)
                .filter(there -> stamp.lsn().isAtMost(there.lsn()))
                .isPresent()) {
            // The cut comes again: the lake has it, and the versions before are gone.
            return files.dataFiles();
        }
        List<DataFile> all = new ArrayList<>(files.dataFiles());
        all.add(LakeErrors.edge("completing rows of " + table.name() + " from the lake", () -> {
            try {
                return CarryOver.complete(TableFormat.of(source, table, CARRIED_FILES), files);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
        return all;
    }

    private boolean publish(List<TableChange> changes) {
        long start = System.nanoTime();
        CommitOutcome.Applied applied = commit.commit(changes).orThrow();
        long commitMillis = (System.nanoTime() - start) / 1_000_000;
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
                stamp.lsn(),
                changes.size(),
                inserted,
                deleted,
                commitMillis,
                lagMillis,
                applied.alreadyThere() ? " (was there already)" : "");
        return applied.alreadyThere();
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    @Override
    public void close() {
        catalog.close();
    }
}
