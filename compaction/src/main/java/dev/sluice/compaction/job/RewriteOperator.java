package dev.sluice.compaction.job;

import dev.sluice.compaction.rewrite.GroupRewriter;
import dev.sluice.compaction.rewrite.RewriteGroup;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.InstantiationUtil;

/** Groups in, what was written out (Java-serialized {@code RewriteResult}). Runs in parallel. */
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
        RewriteGroup group = InstantiationUtil.deserializeObject(element.getValue(), getUserCodeClassloader());
        try (LakeCatalog lake = LakeCatalog.open(catalog)) {
            GroupRewriter rewriter = new GroupRewriter(lake.load(lake.bronze(group.table())), options.policy());
            output.collect(new StreamRecord<>(InstantiationUtil.serializeObject(rewriter.rewrite(group))));
        }
    }
}
