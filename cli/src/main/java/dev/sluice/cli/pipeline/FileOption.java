package dev.sluice.cli.pipeline;

import dev.sluice.cli.Session;
import dev.sluice.cli.stack.SessionStack;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.yaml.ParsedSpec;
import dev.sluice.spec.yaml.SpecParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code -f sluice.yaml}, and what is meant without it. */
public final class FileOption {
    private static final String USUAL_NAME = "sluice.yaml";

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "The pipeline; without it sluice.yaml of this folder, else the only applied pipeline.")
    private Path file;

    /** The file that is named or lies here; E0105 when there is none. */
    public Path existing(Session session) {
        return here(session)
                .orElseThrow(() -> new SluiceException(
                        ErrorCode.E0105,
                        "there is no " + USUAL_NAME + " in " + session.folder(),
                        "name one with -f, for instance -f demo/shop/sluice.yaml"));
    }

    /** The resolved pipeline; exits by E01xx when it is wrong, absent or ambiguous. */
    public PipelineSpec spec(Session session) {
        Optional<Path> found = here(session);
        if (found.isPresent()) {
            return parse(session, found.get());
        }
        PipelineFiles files = new PipelineFiles(session.home());
        List<String> applied = files.names();
        if (applied.size() == 1) {
            return files.spec(applied.getFirst());
        }
        throw new SluiceException(
                ErrorCode.E0105,
                applied.isEmpty()
                        ? "there is no " + USUAL_NAME + " here, and no pipeline was applied"
                        : "there is no " + USUAL_NAME + " here, and several pipelines were applied: "
                                + String.join(", ", applied),
                "name the file with -f");
    }

    /** Parses for a run, warnings told. */
    public static PipelineSpec parse(Session session, Path file) {
        ParsedSpec parsed = SpecParser.parse(file, SessionStack.lookup(session));
        parsed.warnings().forEach(warning -> session.say(warning.toString()));
        return parsed.orThrow();
    }

    private Optional<Path> here(Session session) {
        if (file != null) {
            return Optional.of(session.folder().resolve(file));
        }
        Path usual = session.folder().resolve(USUAL_NAME);
        return Files.exists(usual) ? Optional.of(usual) : Optional.empty();
    }
}
