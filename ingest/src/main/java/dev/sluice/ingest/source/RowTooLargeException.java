package dev.sluice.ingest.source;

/** A row of a table cannot be read here: not with this heap, or not with any. */
public final class RowTooLargeException extends Exception {
    private static final long serialVersionUID = 1L;

    public RowTooLargeException(String message) {
        super(message);
    }
}
