package dev.sluice.spec.errors;

/** Fixes that several errors have in common. */
public final class Remedy {
    /**
     * What helps when the stream cannot go on exactly: a load under a new name touches nothing that is there, so the old
     * tables stay readable until somebody drops them.
     */
    public static final String LOAD_ANEW = "sluice stop <pipeline>; then give it another name (pipeline:), another"
            + " catalog.namespace and another hot.clickhouse.database in its file, and sluice apply -f <file>: all"
            + " tables are loaded anew, the old ones stay as they are";

    private Remedy() {}
}
