package dev.sluice.compaction.job;

import dev.sluice.compaction.expire.SnapshotExpiry;
import dev.sluice.compaction.health.TableHealth;
import dev.sluice.compaction.rewrite.RewriteCommit;
import dev.sluice.compaction.rewrite.RewriteResult;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import dev.sluice.spec.errors.SluiceException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.accumulators.ListAccumulator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.InstantiationUtil;
import org.apache.iceberg.Table;

/** Waits for all groups, then commits and expires table by table; one table's failure leaves the others alone. */
final class CommitOperator extends AbstractStreamOperator<byte[]>
        implements OneInputStreamOperator<byte[], byte[]>, BoundedOneInput {
    private static final long serialVersionUID = 1L;

    private final CatalogSpec catalog;
    private final UpkeepOptions options;
    private transient Map<String, List<RewriteResult>> results;

    CommitOperator(CatalogSpec catalog, UpkeepOptions options) {
        this.catalog = catalog;
        this.options = options;
    }

    @Override
    public void open() throws Exception {
        super.open();
        results = new HashMap<>();
    }

    @Override
    public void processElement(StreamRecord<byte[]> element) throws Exception {
        RewriteResult result = InstantiationUtil.deserializeObject(element.getValue(), getUserCodeClassloader());
        results.computeIfAbsent(result.table(), name -> new ArrayList<>()).add(result);
    }

    @Override
    public void endInput() {
        try (LakeCatalog lake = LakeCatalog.open(catalog)) {
            for (String name : options.tables()) {
                TableReport report = tend(lake.load(lake.bronze(name)), name, results.getOrDefault(name, List.of()));
                ListAccumulator<String> accumulator = new ListAccumulator<>();
                accumulator.add(report.toJson());
                getRuntimeContext().addAccumulator(UpkeepJob.REPORT_PREFIX + name, accumulator);
                LOG.info("Upkeep of {}: {}", name, report);
            }
        }
    }

    private TableReport tend(Table table, String name, List<RewriteResult> rewritten) {
        TableHealth before = TableHealth.of(table, name, options.policy());
        int removed = 0;
        int added = 0;
        int expired = 0;
        String error = "";
        try {
            if (!rewritten.isEmpty()) {
                new RewriteCommit(table, name).commit(rewritten);
                removed = rewritten.stream().mapToInt(r -> r.removed().size()).sum();
                added = rewritten.stream().mapToInt(r -> r.added().size()).sum();
            }
            if (options.expire()) {
                expired = new SnapshotExpiry(table, options.policy(), Clock.systemUTC()).run();
            }
        } catch (SluiceException e) {
            error = e.getMessage();
            LOG.error("Upkeep of {} failed", name, e);
        }
        table.refresh();
        return new TableReport(before, TableHealth.of(table, name, options.policy()), removed, added, expired, error);
    }
}
