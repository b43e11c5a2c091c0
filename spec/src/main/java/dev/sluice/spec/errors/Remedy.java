package dev.sluice.spec.errors;

/** Fixes that several errors have in common. */
public final class Remedy {
    /**
     * What helps when the stream cannot go on exactly. Either the old tables go, or the load gets a new name and touches
     * nothing that is there.
     */
    public static final String LOAD_ANEW =
            "load anew: sluice drop <pipeline> --tables --yes, then sluice apply -f <file>."
                    + " To keep the old tables and their history instead: sluice stop <pipeline>, and apply a file with another"
                    + " pipeline:, catalog.namespace and hot.clickhouse.database";

    /** What helps when one table cannot go on exactly; the others are not touched. */
    public static String resync(String table) {
        return "sluice resync " + table + " loads this table anew, at its own position, while the others go on";
    }

    private Remedy() {}
}
