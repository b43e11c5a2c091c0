package dev.sluice.cli.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.stack.SessionStack;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.yaml.ParsedSpec;
import dev.sluice.spec.yaml.SpecParser;
import dev.sluice.spec.yaml.SpecProblem;
import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import dev.sluice.trino.model.ModelFolder;
import dev.sluice.trino.model.ModelGraph;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice validate}: reads the file and the models beside it; asks no server. */
@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description = {
            "Checks sluice.yaml and its models without asking any server.",
            "All problems are told together, as file:line:column."
        })
public final class ValidateCommand implements Callable<Integer> {
    private enum Format {
        TEXT,
        JSON
    }

    private final Session session;

    @Mixin
    private FileOption file;

    @Option(names = "--strict", description = "Take warnings (unresolved references, literal secrets) as errors.")
    private boolean strict;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "TEXT",
            description = "text or json.")
    private Format format;

    public ValidateCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Path path = file.existing(session);
        ParsedSpec parsed = SpecParser.check(path, SessionStack.lookup(session));
        boolean valid = strict ? parsed.problems().isEmpty() : parsed.errors().isEmpty();
        if (format == Format.JSON) {
            session.out().println(asJson(parsed, valid));
        } else {
            parsed.problems().forEach(problem -> session.out().println(shortened(problem)));
        }
        if (valid) {
            parsed.spec().ifPresent(ValidateCommand::checkModels);
        }
        if (format == Format.TEXT) {
            session.out().println(valid ? summary(path, parsed) : count(parsed) + " in " + relative(path));
        }
        session.out().flush();
        return valid ? ExitCode.OK : ExitCode.USAGE;
    }

    private static void checkModels(PipelineSpec spec) {
        spec.models().directory().ifPresent(folder -> {
            Set<LakeTable> bronze = spec.source().tables().stream()
                    .map(table -> new LakeTable(spec.catalog().bronzeNamespace(), table.lakeName()))
                    .collect(Collectors.toSet());
            ModelGraph.of(ModelFolder.load(Path.of(folder), spec.models().trinoCatalog()), bronze);
        });
    }

    private String summary(Path path, ParsedSpec parsed) {
        return parsed.spec()
                .map(spec -> relative(path) + " is valid: pipeline " + spec.pipeline() + ", "
                        + spec.source().tables().size() + " tables, "
                        + spec.hot().tables().size() + " of them hot")
                .orElse(relative(path) + " is valid, apart from references that do not resolve here");
    }

    private static String count(ParsedSpec parsed) {
        int problems = parsed.problems().size();
        return problems == 1 ? "1 problem" : problems + " problems";
    }

    private String shortened(SpecProblem problem) {
        return problem.toString().replaceFirst("\\Q" + problem.file() + "\\E", relative(Path.of(problem.file())));
    }

    private String relative(Path path) {
        return path.startsWith(session.folder())
                ? session.folder().relativize(path).toString()
                : path.toString();
    }

    private static String asJson(ParsedSpec parsed, boolean valid) {
        ObjectNode report = new ObjectMapper().createObjectNode().put("valid", valid);
        ArrayNode problems = report.putArray("problems");
        for (SpecProblem problem : parsed.problems()) {
            problems.addObject()
                    .put("severity", problem.severity().name())
                    .put("code", problem.code().name())
                    .put("file", problem.file())
                    .put("line", problem.line())
                    .put("column", problem.column())
                    .put("key", problem.key())
                    .put("message", problem.message())
                    .put("fix", problem.fix());
        }
        return report.toPrettyString();
    }
}
