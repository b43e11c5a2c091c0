package dev.sluice.ingest.postgres.catalogue;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.List;

/** Collects everything that is wrong with a source, so that it is told at once. Not thread-safe. */
final class Problems {
    private record Problem(ErrorCode code, String reason, String fix) {}

    private final List<Problem> problems = new ArrayList<>();

    void add(ErrorCode code, String reason, String fix) {
        problems.add(new Problem(code, reason, fix));
    }

    /** Throws one exception for all problems, under the code of the first. */
    void throwIfAny() {
        if (problems.isEmpty()) {
            return;
        }
        if (problems.size() == 1) {
            Problem only = problems.get(0);
            throw new SluiceException(only.code, only.reason, only.fix);
        }
        StringBuilder reason = new StringBuilder(problems.size() + " problems");
        StringBuilder fix = new StringBuilder();
        for (Problem problem : problems) {
            reason.append("\n  ").append(problem.code).append(' ').append(problem.reason);
            if (fix.indexOf(problem.fix) < 0) {
                fix.append(fix.isEmpty() ? "" : "\n  ").append(problem.fix);
            }
        }
        throw new SluiceException(problems.get(0).code, reason.toString(), fix.toString());
    }
}
