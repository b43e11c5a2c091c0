package dev.sluice.compaction.job;

import dev.sluice.compaction.rewrite.GroupRewriter;
import dev.sluice.compaction.rewrite.RewriteGroup;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.InstantiationUtil;

/** Groups in, what was written out (Java-serialized {@code RewriteResult}, or {@link TableFailure}). Runs in parallel. */
final class RewriteOperator extends AbstractStreamOperator<byte[]> implements OneInputStreamOperator<byte[], byte[]> {
    private static final long serialVersionUID = 1L;

    private final CatalogSpec catalog;
    private final UpkeepOptions options;

    RewriteOperator(CatalogSpec catalog, UpkeepOptions options) {
        this.catalog = catalog;
        this.options = options;
    }

    @Override
    public void processElement(StreamRecord<byte[]> element) throws Exception {
        Object planned = InstantiationUtil.deserializeObject(element.getValue(), getUserCodeClassloader());
        if (planned instanceof RewriteGroup group) {
            output.collect(new StreamRecord<>(InstantiationUtil.serializeObject(rewrite(group))));
        } else {
            output.collect(element);
        }
    }

    private Object rewrite(RewriteGroup group) throws Exception {
        try (LakeCatalog lake = LakeCatalog.open(catalog)) {
            return new GroupRewriter(lake.load(lake.bronze(group.table())), options.policy()).rewrite(group);
        } catch (Exception e) {
            LOG.error("Rewriting files of {} failed", group.table(), e);
            return TableFailure.of(group.table(), "rewriting files of", e);
        }
    }
}
