package dev.sluice.stack;

import java.util.Locale;

/** The servers of the stack, in the order in which they start; they stop in the opposite one. */
public enum StackServer {
    POSTGRES,
    OBJECT_STORE,
    CATALOG,
    JOBMANAGER,
    TASKMANAGER,
    CLICKHOUSE,
    TRINO;

    /** As users write it: {@code object-store}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
