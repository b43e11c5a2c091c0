package dev.sluice.verify;

import java.time.Duration;
import java.util.List;

/**
 * What to compare and how long to wait.
 *
 * @param waitForLake how long the lake may take to reach the source's position
 * @param tables names of the tables to compare; empty means all of the pipeline
 * @param differencesPerTable how many differing keys are named per table
 */
public record VerifyOptions(Duration waitForLake, List<String> tables, int differencesPerTable) {
    public VerifyOptions {
        tables = List.copyOf(tables);
    }

    /** All tables, one minute, 20 keys. */
    public static VerifyOptions defaults() {
        return new VerifyOptions(Duration.ofSeconds(60), List.of(), 20);
    }
}
