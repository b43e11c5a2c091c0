package dev.sluice.catalog.tables;

import java.sql.SQLException;
import org.apache.iceberg.catalog.TableIdentifier;

/** What became of a {@link TableRows#swap}. Never read {@link Unknown} as one of the others. */
sealed interface SwapOutcome {
    /** Every row changed, and the change is durable. */
    record Applied() implements SwapOutcome {}

    /** No row changed: {@code table} is not as the change assumed it. */
    record Conflict(TableIdentifier table, Found found) implements SwapOutcome {}

    /** What stood in the way. */
    enum Found {
        /** Another commit was first, or the table is gone. */
        OTHER_STATE,
        /** A table of the name that a new one was to have. */
        TABLE,
        /** A view of that name. */
        VIEW
    }

    /** No row changed: the database failed before it was told to commit, or said that it rolled back. */
    record NotApplied(SQLException cause) implements SwapOutcome {}

    /** The database was told to commit, and its answer did not arrive. */
    record Unknown(SQLException cause) implements SwapOutcome {}
}
