package dev.sluice.verify;

/** Takes rows, one at a time: the canonical text of each column in UTF-8, null for NULL. It may keep what it gets. */
public interface RowVisitor {
    void row(byte[][] row);
}
