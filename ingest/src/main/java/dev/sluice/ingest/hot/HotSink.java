package dev.sluice.ingest.hot;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.batch.RowBatch;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.PipelineSpec.HotSpec;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.metrics.MetricGroup;

/**
 * The hot store as a Flink sink. Every row carries the commit LSN of its change as version, so an insert that is
 * repeated, by a retry or after a restart, changes nothing; ClickHouse's window of remembered inserts is not needed.
 * Chain it to the source: the changes of a table must reach one writer, in order.
 */
public final class HotSink implements Sink<RowBatch> {
    private static final long serialVersionUID = 1L;

    private final List<SourceTable> tables;
    private final HotSpec hot;

    /** @param tables in the order that {@link RowBatch#table} counts them; those that {@code hot} does not name are skipped */
    public HotSink(List<SourceTable> tables, HotSpec hot) {
        this.tables = List.copyOf(tables);
        this.hot = hot;
    }

    /** Creates the hot tables. E0902 when one is there and does not fit, E0901 when ClickHouse stays out of reach. */
    @Override
    public SinkWriter<RowBatch> createWriter(WriterInitContext context) {
        MetricGroup metrics = context.metricGroup().addGroup("sluice");
        ClickHouseClient client = new ClickHouseClient(hot);
        HotProgress progress = new HotProgress(
                client, hot, tables.stream().map(SourceTable::name).toList());
        HotBuffer[] buffers = new HotBuffer[tables.size()];
        JobFailures.guard(() -> createTables(client, progress, buffers));
        return new HotWriter(
                client,
                buffers,
                progress,
                context.getProcessingTimeService(),
                hot.flushIntervalMillis(),
                metrics.counter("hotRowsWritten"),
                metrics.counter("hotRowsOmitted"));
    }

    private void createTables(ClickHouseClient client, HotProgress progress, HotBuffer[] buffers) {
        HotTables store = new HotTables(hot, client);
        store.createDatabase();
        progress.create();
        for (int i = 0; i < buffers.length; i++) {
            if (hot.tables().contains(tables.get(i).name())) {
                HotTable table = new HotTable(tables.get(i), hot.database());
                store.create(table);
                buffers[i] = new HotBuffer(table);
            }
        }
    }
}
