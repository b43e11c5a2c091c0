package dev.sluice.spec;

import java.util.Locale;

/**
 * The name of a source table in the lake: the same in lower case. Iceberg tells names apart by case and Trino does not, so
 * of two tables that differ by case only, Trino would answer from one for both.
 */
public final class LakeName {
    private LakeName() {}

    /** Lower case by Unicode's rules, as Trino's; anything else stays. */
    public static String of(String sourceTable) {
        return sourceTable.toLowerCase(Locale.ROOT);
    }
}
