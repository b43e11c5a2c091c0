package dev.sluice.compaction.job;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the job is started with. */
@Command(name = "UpkeepJob")
final class UpkeepArguments {
    /** What upkeep does to a table. */
    enum Task {
        REWRITE,
        EXPIRE
    }

    @Option(names = "--pipeline-file", required = true, description = "The resolved pipeline.")
    private @Nullable Path pipelineFile;

    @Option(names = "--tables", split = ",", description = "All of the pipeline without, those of its models included.")
    private List<String> tables = List.of();

    @Option(names = "--tasks", split = ",", defaultValue = "rewrite,expire", description = "rewrite and expire.")
    private List<Task> tasks = List.of();

    @Option(names = "--retain-last", description = "Instead of the pipeline's own.")
    private @Nullable Integer retainLast;

    @Option(names = "--retention-seconds", description = "Instead of the pipeline's own.")
    private @Nullable Long retentionSeconds;

    private UpkeepArguments() {}

    /** E0102 when they are wrong. */
    static UpkeepArguments parse(String... arguments) {
        UpkeepArguments parsed = new UpkeepArguments();
        try {
            new CommandLine(parsed).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
        } catch (CommandLine.ParameterException e) {
            throw new SluiceException(ErrorCode.E0102, e.getMessage(), "run upkeep through `sluice maintain`", e);
        }
        return parsed;
    }

    Path pipelineFile() {
        return Objects.requireNonNull(pipelineFile, "a required option");
    }

    /** Empty: all. */
    List<String> tables() {
        return tables;
    }

    boolean has(Task task) {
        return tasks.contains(task);
    }

    int retainLastOr(int usual) {
        return retainLast == null ? usual : retainLast;
    }

    Duration retentionOr(Duration usual) {
        return retentionSeconds == null ? usual : Duration.ofSeconds(retentionSeconds);
    }
}
