package dev.sluice.compaction.job;

import dev.sluice.compaction.expire.SnapshotExpiry;
import dev.sluice.compaction.health.TableHealth;
import dev.sluice.compaction.rewrite.RewriteCommit;
import dev.sluice.compaction.rewrite.RewriteResult;
import dev.sluice.compaction.stamp.ParentStamp;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
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
import org.apache.iceberg.catalog.TableIdentifier;

/** Waits for all groups, then commits and expires table by table; one table's failure leaves the others alone. */
final class CommitOperator extends AbstractStreamOperator<byte[]>
        implements OneInputStreamOperator<byte[], byte[]>, BoundedOneInput {
    private static final long serialVersionUID = 1L;

    private final CatalogSpec catalog;
    private final UpkeepOptions options;
    private transient Map<String, List<RewriteResult>> results;
    private transient Map<String, String> failures;

    CommitOperator(CatalogSpec catalog, UpkeepOptions options) {
        this.catalog = catalog;
        this.options = options;
    }

    @Override
    public void open() throws Exception {
        super.open();
        results = new HashMap<>();
        failures = new HashMap<>();
    }

    @Override
    public void processElement(StreamRecord<byte[]> element) throws Exception {
        Object outcome = InstantiationUtil.deserializeObject(element.getValue(), getUserCodeClassloader());
        if (outcome instanceof TableFailure failure) {
            failures.putIfAbsent(failure.table(), failure.reason());
        } else {
            RewriteResult result = (RewriteResult) outcome;
            results.computeIfAbsent(result.table(), name -> new ArrayList<>()).add(result);
        }
    }

    @Override
    public void endInput() throws Exception {
        try (LakeCatalog lake = LakeCatalog.open(catalog)) {
            for (String name : options.tables()) {
                report(name, tend(lake, lake.bronze(name), name));
            }
            if (options.derived()) {
                expireDerived(lake);
            }
        }
    }

    /** The tables that are made of the followed ones: nothing to rewrite there, each run replaces the whole table. */
    private void expireDerived(LakeCatalog lake) throws Exception {
        List<TableIdentifier> derived;
        try {
            derived = DerivedTables.of(lake, options.pipeline());
        } catch (Exception e) {
            TableFailure failure = TableFailure.of("silver and gold", "listing the tables of", e);
            report(failure.table(), TableReport.failed(failure.table(), failure.reason()));
            return;
        }
        for (TableIdentifier table : derived) {
            report(table.toString(), tend(lake, table, table.toString()));
        }
    }

    private void report(String name, TableReport report) {
        ListAccumulator<String> accumulator = new ListAccumulator<>();
        accumulator.add(report.toJson());
        getRuntimeContext().addAccumulator(UpkeepJob.REPORT_PREFIX + name, accumulator);
        LOG.info("Upkeep of {}: {}", name, report);
    }

    private TableReport tend(LakeCatalog lake, TableIdentifier identifier, String name) throws Exception {
        if (failures.containsKey(name)) {
            return TableReport.failed(name, failures.get(name));
        }
        try {
            return tend(lake.load(identifier), name, results.getOrDefault(name, List.of()));
        } catch (Exception e) {
            LOG.error("Upkeep of {} failed", name, e);
            return TableReport.failed(name, TableFailure.of(name, "tending", e).reason());
        }
    }

    private TableReport tend(Table table, String name, List<RewriteResult> rewritten) {
        TableHealth before = TableHealth.of(table, name, options.policy());
        if (table.currentSnapshot() != null) {
            // Also where only old snapshots would go: the newest stamped one must not be among them.
            ParentStamp.of(table.currentSnapshot(), name);
        }
        int removed = 0;
        int added = 0;
        if (!rewritten.isEmpty()) {
            new RewriteCommit(table, name).commit(rewritten);
            removed = rewritten.stream().mapToInt(r -> r.removed().size()).sum();
            added = rewritten.stream().mapToInt(r -> r.added().size()).sum();
        }
        int expired = options.expire() ? new SnapshotExpiry(table, options.policy(), Clock.systemUTC()).run() : 0;
        table.refresh();
        return new TableReport(before, TableHealth.of(table, name, options.policy()), removed, added, expired, "");
    }
}
