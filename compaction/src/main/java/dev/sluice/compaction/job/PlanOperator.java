package dev.sluice.compaction.job;

import dev.sluice.compaction.rewrite.RewriteGroup;
import dev.sluice.compaction.rewrite.RewritePlanner;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.InstantiationUtil;
import org.apache.iceberg.Table;

/** Table names in, groups of files out (Java-serialized {@link RewriteGroup}, or {@link TableFailure}). */
final class PlanOperator extends AbstractStreamOperator<byte[]> implements OneInputStreamOperator<String, byte[]> {
    private static final long serialVersionUID = 1L;

    private final CatalogSpec catalog;
    private final UpkeepOptions options;

    PlanOperator(CatalogSpec catalog, UpkeepOptions options) {
        this.catalog = catalog;
        this.options = options;
    }

    @Override
    public void processElement(StreamRecord<String> element) throws Exception {
        if (!options.rewrite()) {
            return;
        }
        String name = element.getValue();
        try (LakeCatalog lake = LakeCatalog.open(catalog)) {
            Table table = lake.load(lake.bronze(name));
            for (RewriteGroup group : RewritePlanner.plan(table, name, options.policy())) {
                output.collect(new StreamRecord<>(InstantiationUtil.serializeObject(group)));
            }
        } catch (Exception e) {
            LOG.error("Planning the upkeep of {} failed", name, e);
            output.collect(new StreamRecord<>(
                    InstantiationUtil.serializeObject(TableFailure.of(name, "planning the upkeep of", e))));
        }
    }
}
