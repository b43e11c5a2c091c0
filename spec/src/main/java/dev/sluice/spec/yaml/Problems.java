package dev.sluice.spec.yaml;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.yaml.SpecProblem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.yaml.snakeyaml.error.Mark;

/** Collects what is wrong with one file, so that all of it can be reported together. */
final class Problems {
    private static final int LISTED_MAX = 100;

    private final String file;
    private final List<SpecProblem> found = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void error(ErrorCode code, Place place, String message, String fix) {
        add(Severity.ERROR, code, place, message, fix);
    }

    void warning(ErrorCode code, Place place, String message, String fix) {
        add(Severity.WARNING, code, place, message, fix);
    }

    boolean hasErrors() {
        return found.stream().anyMatch(SpecProblem::isError);
    }

    /** In the order of the file. */
    List<SpecProblem> all() {
        return found.stream()
                .sorted(Comparator.comparingInt(SpecProblem::line).thenComparingInt(SpecProblem::column))
                .limit(LISTED_MAX)
                .toList();
    }

    private void add(Severity severity, ErrorCode code, Place place, String message, String fix) {
        found.add(new SpecProblem(severity, code, file, place.line(), place.column(), place.key(), message, fix));
    }

    /** Where in the file; line and column from 1. */
    record Place(String key, int line, int column) {
        static final Place START = new Place("", 1, 1);

        static Place of(String key, Mark mark) {
            return mark == null ? new Place(key, 1, 1) : new Place(key, mark.getLine() + 1, mark.getColumn() + 1);
        }
    }
}
