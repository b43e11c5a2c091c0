package dev.sluice.compaction.job;

import dev.sluice.compaction.job.UpkeepArguments.Task;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.UpkeepSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What one run of upkeep is asked to do.
 *
 * @param pipelineFile path of the resolved pipeline; a text, for the options travel inside Flink's operators and a Path cannot
 * @param tables lake tables of the bronze namespace, in order
 * @param derived whether the pipeline's other tables, such as those of models, are expired too
 */
public record UpkeepOptions(
        String pipelineFile,
        String pipeline,
        List<String> tables,
        boolean derived,
        boolean rewrite,
        boolean expire,
        UpkeepSpec policy)
        implements Serializable {
    public UpkeepOptions {
        tables = List.copyOf(tables);
    }

    /** What these arguments mean for the pipeline that they name; E0102 or E0703 when that is nothing. */
    static UpkeepOptions of(UpkeepArguments arguments, PipelineSpec spec) {
        UpkeepSpec base = spec.upkeep();
        UpkeepSpec policy = new UpkeepSpec(
                base.targetFileSizeBytes(),
                base.minInputFiles(),
                base.deleteFileThreshold(),
                arguments.retentionOr(base.snapshotRetention()),
                arguments.retainLastOr(base.retainLast()));
        return new UpkeepOptions(
                arguments.pipelineFile().toString(),
                spec.pipeline(),
                tablesOf(spec, arguments.tables()),
                arguments.tables().isEmpty(),
                arguments.has(Task.REWRITE),
                arguments.has(Task.EXPIRE),
                policy);
    }

    private static List<String> tablesOf(PipelineSpec spec, List<String> chosen) {
        List<String> all = spec.source().tables().stream()
                .map(PipelineSpec.TableSpec::name)
                .toList();
        if (chosen.isEmpty()) {
            return all;
        }
        List<String> tables = new ArrayList<>();
        for (String name : chosen) {
            if (!all.contains(name)) {
                throw new SluiceException(
                        ErrorCode.E0703,
                        "pipeline " + spec.pipeline() + " has no table " + name,
                        "choose from " + String.join(", ", all));
            }
            tables.add(name);
        }
        return tables;
    }
}
