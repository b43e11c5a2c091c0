package dev.sluice.ingest.source;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Collects everything that is wrong with a source, so that it is told at once. Not thread-safe. */
public final class SourceProblems {
    private record Problem(ErrorCode code, String reason, String fix) {}

    private final List<Problem> problems = new ArrayList<>();

    public void add(ErrorCode code, String reason, String fix) {
        problems.add(new Problem(code, reason, fix));
    }

    public boolean isEmpty() {
        return problems.isEmpty();
    }

    public void addAll(SourceProblems others) {
        problems.addAll(others.problems);
    }

    /** Whether all of them are of these codes. */
    public boolean areOnly(Set<ErrorCode> codes) {
        return problems.stream().allMatch(problem -> codes.contains(problem.code));
    }

    /** Throws one exception for all problems, under the code of the first. */
    public void throwIfAny() {
        if (!problems.isEmpty()) {
            throw together();
        }
    }

    /** All problems as one, under the code of the first; there must be one. */
    public SluiceException together() {
        if (problems.size() == 1) {
            Problem only = problems.get(0);
            return new SluiceException(only.code, only.reason, only.fix);
        }
        StringBuilder reason = new StringBuilder(problems.size() + " problems");
        StringBuilder fix = new StringBuilder();
        for (Problem problem : problems) {
            reason.append("\n  ").append(problem.code).append(' ').append(problem.reason);
            if (fix.indexOf(problem.fix) < 0) {
                fix.append(fix.isEmpty() ? "" : "\n  ").append(problem.fix);
            }
        }
        return new SluiceException(problems.get(0).code, reason.toString(), fix.toString());
    }
}
