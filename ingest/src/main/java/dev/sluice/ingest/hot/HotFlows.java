package dev.sluice.ingest.hot;

import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.PipelineSpec.HotSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The hot tables of a pipeline. The flusher's thread only. */
final class HotFlows {
    /** For the changes of one table that come while it is filled from the lake. */
    private static final int WAITING_MEMORY_BYTES = 1 << 20;

    private final HotSpec hot;
    private final HotLake.Opener lake;
    private final long waitingBytesMax;
    private final List<HotFlow> flows = new ArrayList<>();

    /** @param tables in the order of the pipeline; those that are not hot are skipped */
    HotFlows(HotSpec hot, HotLake.Opener lake, List<SourceTable> tables, long waitingBytesMax) {
        this.hot = hot;
        this.lake = lake;
        this.waitingBytesMax = waitingBytesMax;
        for (int i = 0; i < tables.size(); i++) {
            if (hot.tables().contains(tables.get(i).name())) {
                flows.add(new HotFlow(i, new HotTable(tables.get(i), hot.database())));
            }
        }
    }

    List<HotFlow> all() {
        return flows;
    }

    Optional<HotFlow> find(int table) {
        return flows.stream().filter(flow -> flow.number == table).findFirst();
    }

    List<HotFlow> dirty() {
        return flows.stream().filter(flow -> !flow.buffer.isEmpty()).toList();
    }

    List<HotFlow> refilling() {
        return flows.stream().filter(flow -> flow.refill != null).toList();
    }

    boolean anyDirty() {
        return flows.stream().anyMatch(flow -> !flow.buffer.isEmpty());
    }

    long bytes() {
        return flows.stream().mapToLong(flow -> flow.buffer.bytes()).sum();
    }

    /** Every change of the table from here on waits until the lake's rows are there. */
    void startRefill(HotFlow flow) {
        flow.refill(
                HotRefill.start(hot, lake, flow.table, flow.reached),
                new BatchSpool(WAITING_MEMORY_BYTES, waitingBytesMax));
    }

    void close() {
        flows.forEach(HotFlow::close);
    }
}
