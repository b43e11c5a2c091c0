package dev.sluice.ingest.sink;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.sink.cut.LoadMarker;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.file.OpenFiles;
import dev.sluice.ingest.sink.file.TableFormat;
import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.iceberg.Table;

/**
 * Writes batches into files and hands the files of a cut over at every checkpoint. What a checkpoint does not take are
 * the files of a transaction that is still open: they wait here for the first checkpoint after its end. After a restart
 * the source emits that transaction again from its beginning, so there is no state; whatever was written and not handed
 * over is an orphan.
 *
 * <p>A large transaction begins a cut of its own, since an equality delete does not reach rows of its own commit: what it
 * deletes may have been written by the cut before, and the two may come to be committed at different times.
 */
public final class LakeWriter implements CommittingSinkWriter<Batch, CutFiles> {
    private final LakeCatalog catalog;
    private final List<SourceTable> sources;
    private final PoisonPolicies policies;
    private final TableWriter[] writers;
    private final OpenFiles openFiles = new OpenFiles();
    private final int subtask;
    private final Counter rowsWritten;
    private final Counter[] loadedRows;
    private final List<LoadMarker> markers = new ArrayList<>();
    /** Stops that no cut has brought to the committer yet. */
    private final List<TableStop> stops = new ArrayList<>();

    private final Set<Integer> stopped = new HashSet<>();
    /** Cuts that end where a large transaction begins, and that no checkpoint has handed over yet. */
    private final List<CutFiles> early = new ArrayList<>();
    /** Whether a transaction is being written whose end has not come: nothing of it may be handed over. */
    private boolean isOpen;

    private long lsn;
    /** How the source writes {@link #lsn}. */
    private String text = "";

    private long commitTimeMicros;
    private int loadingTable = -1;

    /** @param catalog closed with this writer */
    public LakeWriter(
            LakeCatalog catalog, List<SourceTable> sources, PoisonPolicies policies, int subtask, MetricGroup metrics) {
        this.policies = policies;
        this.catalog = catalog;
        this.sources = List.copyOf(sources);
        this.writers = new TableWriter[sources.size()];
        this.subtask = subtask;
        this.rowsWritten = metrics.counter("changesWritten");
        this.loadedRows = new Counter[sources.size()];
        for (int i = 0; i < loadedRows.length; i++) {
            loadedRows[i] = metrics.counter("loadedRows." + sources.get(i).name());
        }
    }

    @Override
    public void write(Batch batch, Context context) throws IOException {
        if (batch instanceof LoadRows rows) {
            load(rows);
        } else if (batch instanceof ChangeRows changes) {
            change(changes);
        } else if (batch instanceof Batch.Progress progress) {
            isOpen = false;
            advance(progress.lsn(), progress.commitTimeMicros(), progress.text());
        } else if (batch instanceof Batch.Open) {
            open();
        } else if (batch instanceof Batch.Stop stop) {
            stop(stop.reason());
        } else if (batch instanceof Batch.Loaded loaded) {
            markers.add(new LoadMarker(
                    Position.of(loaded.lsn(), loaded.text()),
                    loaded.commitTimeMicros(),
                    loaded.tables(),
                    loaded.rows()));
            advance(loaded.lsn(), loaded.commitTimeMicros(), loaded.text());
        } else if (!(batch instanceof Batch.ChunkEnd || batch instanceof Batch.Start)) {
            throw new IllegalStateException("nobody has said what " + batch + " is for the lake");
        }
    }

    private void load(LoadRows rows) throws IOException {
        if (stopped.contains(rows.table())) {
            return;
        }
        if (rows.table() != loadingTable && loadingTable >= 0) {
            // Chunks come table by table, and every open file holds a row group in memory.
            writer(loadingTable).closeLoadFile();
        }
        loadingTable = rows.table();
        writer(rows.table()).load(rows).ifPresent(this::stop);
        loadedRows[rows.table()].inc(rows.count());
        wrote(rows);
    }

    private void change(ChangeRows changes) throws IOException {
        if (!stopped.contains(changes.table())) {
            writer(changes.table()).change(changes).ifPresent(this::stop);
            wrote(changes);
        }
        // Its text comes with the sign of progress behind it.
        advance(changes.lsn(), changes.commitTimeMicros(), "");
    }

    private void wrote(Batch batch) throws IOException {
        rowsWritten.inc(batch.count());
        openFiles.wrote(batch.bytesHeld());
    }

    /** Gives up what this cut holds of the table; the committer hears of it with the cut. */
    private void stop(TableStop stop) {
        if (!stopped.add(stop.table())) {
            return;
        }
        stops.add(stop);
        if (writers[stop.table()] != null) {
            writers[stop.table()].abandon();
            writers[stop.table()] = null;
        }
        loadingTable = loadingTable == stop.table() ? -1 : loadingTable;
    }

    /** Ends the cut before a large transaction, if there is anything in it. */
    private void open() throws IOException {
        isOpen = true;
        List<TableFiles> changes = finishChanges();
        if (!changes.isEmpty() || !markers.isEmpty()) {
            early.add(cut(true, changes, List.of(), List.of()));
        }
    }

    /** The cut reaches {@code reached}, unless a transaction is open: nothing of that may be handed over. */
    private void advance(long reached, long micros, String reachedText) {
        if (!isOpen && Long.compareUnsigned(reached, lsn) >= 0) {
            lsn = reached;
            text = reachedText;
            commitTimeMicros = micros != 0 ? micros : commitTimeMicros;
        }
    }

    private TableWriter writer(int table) {
        if (writers[table] == null) {
            SourceTable source = sources.get(table);
            Table lakeTable = catalog.load(catalog.bronze(source.name()));
            if (lakeTable.spec().isPartitioned() || lakeTable.spec().specId() != 0) {
                throw new SluiceException(
                        ErrorCode.E0404,
                        "lake table " + lakeTable.name() + " has been partitioned",
                        "bronze tables are not partitioned: " + Remedy.LOAD_ANEW);
            }
            writers[table] = new TableWriter(
                    source, TableFormat.of(source, lakeTable, subtask), table, policies.of(table), openFiles);
        }
        return writers[table];
    }

    /** Files are only closed by a checkpoint: an end of input brings one of its own. */
    @Override
    public void flush(boolean endOfInput) {}

    @Override
    public Collection<CutFiles> prepareCommit() throws IOException {
        List<TableFiles> loads = new ArrayList<>();
        for (TableWriter writer : writers) {
            if (writer != null) {
                writer.finishLoad().ifPresent(loads::add);
            }
        }
        List<CutFiles> cuts = new ArrayList<>(early);
        early.clear();
        CutFiles last = cut(false, isOpen ? List.of() : finishChanges(), loads, stops);
        stops.clear();
        if (!last.isEmpty()) {
            cuts.add(last);
        }
        return cuts;
    }

    private List<TableFiles> finishChanges() throws IOException {
        List<TableFiles> changes = new ArrayList<>();
        for (TableWriter writer : writers) {
            if (writer != null) {
                writer.finishChanges().ifPresent(changes::add);
            }
        }
        return changes;
    }

    private CutFiles cut(boolean isEarly, List<TableFiles> changes, List<TableFiles> loads, List<TableStop> stopsNow) {
        CutFiles cut =
                new CutFiles(isEarly, Position.of(lsn, text), commitTimeMicros, changes, loads, markers, stopsNow);
        markers.clear();
        lsn = 0;
        text = "";
        return cut;
    }

    @Override
    public void close() throws Exception {
        try (catalog) {
            for (TableWriter writer : writers) {
                if (writer != null) {
                    writer.abandon();
                }
            }
        }
    }
}
