package dev.sluice.compaction.job;

import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.UpkeepSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
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

    /**
     * Reads {@code --pipeline-file F [--tables a,b] [--tasks rewrite,expire] [--retain-last N] [--retention-seconds N]}.
     * Without {@code --tables} all tables of the pipeline are tended, those of its models included.
     */
    public static UpkeepOptions parse(String[] arguments, java.util.function.Function<Path, PipelineSpec> reader) {
        Path file = null;
        String tables = "";
        String tasks = "rewrite,expire";
        Integer retainLast = null;
        Long retentionSeconds = null;
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length) {
                throw invalid("the option " + arguments[i] + " has no value");
            }
            String value = arguments[i + 1];
            switch (arguments[i]) {
                case "--pipeline-file" -> file = Path.of(value);
                case "--tables" -> tables = value;
                case "--tasks" -> tasks = value;
                case "--retain-last" -> retainLast = Integer.valueOf(value);
                case "--retention-seconds" -> retentionSeconds = Long.valueOf(value);
                default -> throw invalid("unknown option " + arguments[i]);
            }
        }
        if (file == null) {
            throw invalid("--pipeline-file is missing");
        }
        PipelineSpec spec = reader.apply(file);
        UpkeepSpec base = spec.upkeep();
        UpkeepSpec policy = new UpkeepSpec(
                base.targetFileSizeBytes(),
                base.minInputFiles(),
                base.deleteFileThreshold(),
                retentionSeconds == null ? base.snapshotRetention() : Duration.ofSeconds(retentionSeconds),
                retainLast == null ? base.retainLast() : retainLast);
        List<String> chosenTasks = List.of(tasks.split(","));
        return new UpkeepOptions(
                file.toString(),
                spec.pipeline(),
                tablesOf(spec, tables),
                tables.isEmpty(),
                chosenTasks.contains("rewrite"),
                chosenTasks.contains("expire"),
                policy);
    }

    private static List<String> tablesOf(PipelineSpec spec, String chosen) {
        List<String> all = spec.source().tables().stream()
                .map(PipelineSpec.TableSpec::name)
                .toList();
        if (chosen.isEmpty()) {
            return all;
        }
        List<String> tables = new ArrayList<>();
        for (String name : chosen.split(",")) {
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

    private static SluiceException invalid(String reason) {
        return new SluiceException(ErrorCode.E0102, reason, "run upkeep through `sluice maintain`");
    }
}
