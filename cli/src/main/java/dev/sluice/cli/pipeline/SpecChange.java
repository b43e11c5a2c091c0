package dev.sluice.cli.pipeline;

import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import java.util.List;

/** A pipeline that was applied before, and what its file says now. */
record SpecChange(PipelineSpec before, PipelineSpec after) {
    /**
     * Hot tables that were loaded before they became hot: the job fills them from the lake.
     */
    List<String> hotTablesWithoutPast() {
        HotSpec old = before.hot();
        boolean sameStore = old.url().equals(after.hot().url())
                && old.database().equals(after.hot().database());
        List<String> loaded =
                before.source().tables().stream().map(TableSpec::name).toList();
        return after.hot().tables().stream()
                .filter(loaded::contains)
                .filter(table -> !sameStore || !old.tables().contains(table))
                .toList();
    }
}
