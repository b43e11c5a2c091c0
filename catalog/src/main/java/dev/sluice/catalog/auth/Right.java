package dev.sluice.catalog.auth;

/** One thing that a caller may be allowed to do; {@link Role} says to whom which. */
public enum Right {
    /** Look at everything, and report metrics. */
    READ("reads only"),
    /** Make, rename and register namespaces, tables and views, and change views. */
    CREATE("makes no tables"),
    /** Commit to tables. */
    COMMIT("commits nothing"),
    /** Commit what changes rows, columns or partitions of a table. */
    CHANGE("changes no rows or columns"),
    /** Commit what takes snapshots out of a table's history. */
    EXPIRE("takes no snapshots away"),
    /** Take a table out of the catalog; its files stay, so that it can be registered again. */
    DROP("drops nothing"),
    /** Drop a table with its files: there is no way back. */
    PURGE("deletes no table's files");

    private final String withoutIt;

    Right(String withoutIt) {
        this.withoutIt = withoutIt;
    }

    /** What a role without this right is told about itself. */
    public String withoutIt() {
        return withoutIt;
    }
}
