package dev.sluice.spec.yaml;

import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.SluiceException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What became of a {@code sluice.yaml}.
 *
 * @param spec present when no problem is an error and every reference is resolved
 * @param problems in the order of the file
 */
public record ParsedSpec(Optional<PipelineSpec> spec, List<SpecProblem> problems) {
    public ParsedSpec {
        problems = List.copyOf(problems);
    }

    public List<SpecProblem> errors() {
        return problems.stream().filter(SpecProblem::isError).toList();
    }

    public List<SpecProblem> warnings() {
        return problems.stream().filter(problem -> !problem.isError()).toList();
    }

    /** The spec; a {@link SluiceException} with the code of the first problem that lists all of them otherwise. */
    public PipelineSpec orThrow() {
        return spec.orElseThrow(() -> {
            List<SpecProblem> listed = errors().isEmpty() ? problems : errors();
            String count = listed.size() == 1 ? "1 problem" : listed.size() + " problems";
            String lines = listed.stream().map(problem -> "\n  " + problem).collect(Collectors.joining());
            return new SluiceException(
                    listed.get(0).code(), count + " in " + listed.get(0).file() + ":" + lines, "");
        });
    }
}
