package dev.sluice.ingest.sink;

import dev.sluice.ingest.batch.RowBatch;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.sink.cut.LoadMarker;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.file.TableFormat;
import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.LakeCatalog;
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
 * Writes batches into files and hands the files of a cut over at every checkpoint. Keeps nothing across checkpoints, so
 * it has no state; whatever it wrote and did not hand over is an orphan.
 */
public final class LakeWriter implements CommittingSinkWriter<RowBatch, CutFiles> {
    private final LakeCatalog catalog;
    private final List<SourceTable> sources;
    private final PoisonPolicies policies;
    private final TableWriter[] writers;
    private final int subtask;
    private final Counter rowsWritten;
    private final Counter[] loadedRows;
    private final List<LoadMarker> markers = new ArrayList<>();
    /** Stops that no cut has brought to the committer yet. */
    private final List<TableStop> stops = new ArrayList<>();

    private final Set<Integer> stopped = new HashSet<>();
    private long lsn;
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
    public void write(RowBatch batch, Context context) throws IOException {
        if (stopped.contains(batch.table)) {
            advance(batch);
            return;
        }
        switch (batch.kind) {
            case LOAD -> {
                if (batch.table != loadingTable && loadingTable >= 0) {
                    // Chunks come table by table, and every open file holds a row group in memory.
                    writer(loadingTable).closeLoadFile();
                }
                loadingTable = batch.table;
                writer(batch.table).load(batch).ifPresent(this::stop);
                loadedRows[batch.table].inc(batch.count);
            }
            case CHUNK_END -> {}
            case CHANGES -> {
                writer(batch.table).change(batch).ifPresent(this::stop);
                advance(batch);
            }
            case PROGRESS -> advance(batch);
            case STOP -> stop(batch.stop);
            case LOADED -> {
                long[] rows = batch.lsns == null ? new long[0] : batch.lsns;
                markers.add(new LoadMarker(batch.lsn, batch.commitTimeMicros, batch.loadedTables, rows));
                advance(batch);
            }
        }
        rowsWritten.inc(batch.count);
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

    private void advance(RowBatch batch) {
        if (batch.kind == RowBatch.Kind.LOAD || batch.kind == RowBatch.Kind.CHUNK_END) {
            return;
        }
        if (Long.compareUnsigned(batch.lsn, lsn) >= 0) {
            lsn = batch.lsn;
            commitTimeMicros = batch.commitTimeMicros != 0 ? batch.commitTimeMicros : commitTimeMicros;
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
            writers[table] =
                    new TableWriter(source, TableFormat.of(source, lakeTable, subtask), table, policies.of(table));
        }
        return writers[table];
    }

    /** Files are only closed by a checkpoint: an end of input brings one of its own. */
    @Override
    public void flush(boolean endOfInput) {}

    @Override
    public Collection<CutFiles> prepareCommit() throws IOException {
        List<TableFiles> changes = new ArrayList<>();
        List<TableFiles> loads = new ArrayList<>();
        for (TableWriter writer : writers) {
            if (writer != null) {
                writer.finishChanges().ifPresent(changes::add);
                writer.finishLoad().ifPresent(loads::add);
            }
        }
        CutFiles cut = new CutFiles(lsn, commitTimeMicros, changes, loads, markers, stops);
        markers.clear();
        stops.clear();
        lsn = 0;
        return cut.isEmpty() ? List.of() : List.of(cut);
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
