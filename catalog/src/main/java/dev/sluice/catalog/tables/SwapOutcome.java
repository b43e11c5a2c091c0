package dev.sluice.catalog.tables;

import org.apache.iceberg.catalog.TableIdentifier;

/** What became of a {@link TableRows#swap}. Never read {@link Unknown} as one of the others. */
sealed interface SwapOutcome {
    /** Every row changed, and the change is durable. */
    record Applied() implements SwapOutcome {}

    /** No row changed: another writer was first. {@code exists} tells a table that was to be made anew. */
    record Conflict(TableIdentifier table, boolean exists) implements SwapOutcome {}

    /** No row changed: the database failed before it was told to commit, or said that it rolled back. */
    record NotApplied(Exception cause) implements SwapOutcome {}

    /** The database was told to commit, and its answer did not arrive. */
    record Unknown(Exception cause) implements SwapOutcome {}
}
