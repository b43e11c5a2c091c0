package dev.sluice.ingest.hot;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.HotSpec;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * The hot store as a Flink sink. Every row carries the place of its change in the source's history as version, so an
 * insert that is repeated, by a retry or after a restart, changes nothing; ClickHouse's window of remembered inserts is
 * not needed. Chain it to the source: the changes of a table must reach one writer, in order.
 */
public final class HotSink implements Sink<Batch> {
    private static final long serialVersionUID = 1L;
    /** A statement that failed is tried again this long before it counts as unanswered. */
    private static final long RETRY_MILLIS = 1_000;

    private final List<SourceTable> tables;
    private final HotSpec hot;
    private final HotLake.Opener lake;

    /** @param tables in the order that {@link Batch#table} counts them; those that the pipeline does not name as hot are skipped */
    public HotSink(List<SourceTable> tables, PipelineSpec spec) {
        this.tables = List.copyOf(tables);
        this.hot = spec.hot();
        this.lake = HotLake.opener(spec.catalog(), spec.pipeline());
    }

    @Override
    public SinkWriter<Batch> createWriter(WriterInitContext context) {
        MetricGroup metrics = context.metricGroup().addGroup("sluice");
        return writer(
                tables,
                hot,
                lake,
                HotBounds.DEFAULT,
                System::currentTimeMillis,
                metrics.counter("hotRowsWritten"),
                metrics.counter("hotRowsOmitted"));
    }

    /** Returns at once, whether ClickHouse answers or not. */
    static HotWriter writer(
            List<SourceTable> tables,
            HotSpec hot,
            HotLake.Opener lake,
            HotBounds bounds,
            LongSupplier nowMillis,
            Counter rowsWritten,
            Counter rowsOmitted) {
        ClickHouseClient client = new ClickHouseClient(hot, RETRY_MILLIS);
        HotInbox inbox = new HotInbox(
                tables.size(), bounds.memoryBytes(), new BatchSpool(bounds.memoryBytes(), bounds.diskBytes()));
        HotMarks marks = new HotMarks(lake);
        HotFlusher flusher = new HotFlusher(
                inbox,
                client,
                new HotTables(hot, client),
                new HotFlows(hot, lake, tables, bounds.diskBytes()),
                new HotProgress(
                        client, hot, tables.stream().map(SourceTable::name).toList()),
                new HotInserts(client, rowsWritten, rowsOmitted),
                marks,
                nowMillis,
                hot.flushIntervalMillis());
        return new HotWriter(inbox, flusher, marks, bounds.flushMillis());
    }
}
