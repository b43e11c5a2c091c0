package dev.sluice.verify;

import org.jspecify.annotations.Nullable;

/** Takes the changes of one table in the order of their commits: the canonical text of each column, null for NULL. */
public interface RowChanges {
    /** Stands for a TOAST value that the server did not send. Known by its identity, as {@link #ABSENT}. */
    byte[] UNCHANGED = new byte[0];

    /** Stands for a column that a change does not mention. */
    byte[] ABSENT = new byte[0];

    ComparedTable table();

    void inserted(byte[][] row);

    /** @param old at least the key columns of the row before the change; null when the key stays */
    void updated(byte @Nullable [][] old, byte[][] now);

    /** @param old at least the key columns of the row that is gone */
    void deleted(byte[][] old);

    void truncated();
}
