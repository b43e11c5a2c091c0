package dev.sluice.spec.yaml;

import dev.sluice.spec.errors.ErrorCode;

/**
 * One thing that is wrong with a {@code sluice.yaml}.
 *
 * @param file the file as the user named it
 * @param line from 1
 * @param column from 1
 * @param key dotted path of the key, {@code source.tables[2].name}; empty for the whole document
 * @param message what is wrong; never the value of a secret or of a reference
 * @param fix what to do; may be empty
 */
public record SpecProblem(
        Severity severity, ErrorCode code, String file, int line, int column, String key, String message, String fix) {

    /** Whether the pipeline can run all the same. */
    public enum Severity {
        ERROR,
        WARNING
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** {@code sluice.yaml:3:5 E0101 unknown key: hot.clickhose ... Fix: ...}, on one line. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column + " " + code + " " + (isError() ? "" : "warning: ") + code.title()
                + ": " + (key.isEmpty() ? "" : "`" + key + "` ") + message + (fix.isEmpty() ? "" : ". Fix: " + fix);
    }
}
