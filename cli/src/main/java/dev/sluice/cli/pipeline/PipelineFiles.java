package dev.sluice.cli.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpecJson;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code <home>/pipelines}: {@code <pipeline>.json} is the resolved spec, {@code <pipeline>.job} what runs of it. */
public final class PipelineFiles {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** As the key `pipeline` of sluice.yaml allows it. */
    private static final Pattern PIPELINE_NAME = Pattern.compile("[a-z][a-z0-9_]{0,39}");

    private final Path folder;

    public PipelineFiles(Path home) {
        this.folder = home.resolve("pipelines");
    }

    /** The file by which the job gets its spec; E1106 when the name could lead out of the folder. */
    public Path specFile(String pipeline) {
        return folder.resolve(checked(pipeline) + ".json");
    }

    private Path jobFile(String pipeline) {
        return folder.resolve(checked(pipeline) + ".job");
    }

    /** The name may come from a command line: only what can be a pipeline's becomes part of a path. */
    private static String checked(String pipeline) {
        if (!PIPELINE_NAME.matcher(pipeline).matches()) {
            throw new SluiceException(
                    ErrorCode.E1106,
                    "'" + pipeline.replaceAll("\\p{Cntrl}", " ") + "' cannot be the name of a pipeline",
                    "sluice pipelines lists those that were applied");
        }
        return pipeline;
    }

    public void writeSpec(PipelineSpec spec) {
        PipelineSpecJson.write(specFile(spec.pipeline()), spec);
    }

    /** The spec of an applied pipeline; E0105 with the nearest name when there is none of that name. */
    public PipelineSpec spec(String pipeline) {
        if (!Files.exists(specFile(pipeline))) {
            throw new SluiceException(
                    ErrorCode.E0105,
                    "no pipeline named " + pipeline + " was applied",
                    NearestName.of(pipeline, names())
                            .map(near -> "did you mean " + near + "?")
                            .orElse(
                                    names().isEmpty()
                                            ? "sluice apply -f sluice.yaml"
                                            : "applied are: " + String.join(", ", names())));
        }
        return PipelineSpecJson.read(specFile(pipeline));
    }

    /** The spec that was applied last, empty when none was or it cannot be read any more. */
    public Optional<PipelineSpec> findSpec(String pipeline) {
        try {
            return Files.exists(specFile(pipeline)) ? Optional.of(spec(pipeline)) : Optional.empty();
        } catch (SluiceException e) {
            // Written by another version: apply replaces it.
            return Optional.empty();
        }
    }

    public Optional<AppliedPipeline> applied(String pipeline) {
        Path file = jobFile(pipeline);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(file.toFile(), AppliedPipeline.class));
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E0105,
                    file + " cannot be read: " + e.getClass().getSimpleName(),
                    "remove it and apply the pipeline again",
                    e);
        }
    }

    public void record(String pipeline, AppliedPipeline applied) {
        try {
            Files.createDirectories(folder);
            Path draft = Files.createTempFile(folder, "." + pipeline, ".tmp");
            JSON.writerWithDefaultPrettyPrinter().writeValue(draft.toFile(), applied);
            Files.move(draft, jobFile(pipeline), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("recording the job of " + pipeline, e);
        }
    }

    /** Forgets a pipeline. */
    public void remove(String pipeline) {
        try {
            Files.deleteIfExists(jobFile(pipeline));
            PipelineSpecJson.delete(specFile(pipeline));
        } catch (IOException e) {
            throw new UncheckedIOException("forgetting the pipeline " + pipeline, e);
        }
    }

    /** Names of all pipelines that were applied, sorted. */
    public List<String> names() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json") && !name.startsWith("."))
                    .map(name -> name.substring(0, name.length() - ".json".length()))
                    .filter(name -> PIPELINE_NAME.matcher(name).matches())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("listing " + folder, e);
        }
    }
}
