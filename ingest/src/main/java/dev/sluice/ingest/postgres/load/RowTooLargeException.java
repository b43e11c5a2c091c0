package dev.sluice.ingest.postgres.load;

/** A row of a table cannot be read here: not with this heap, or not with any. */
public final class RowTooLargeException extends Exception {
    private static final long serialVersionUID = 1L;

    RowTooLargeException(String message) {
        super(message);
    }
}
