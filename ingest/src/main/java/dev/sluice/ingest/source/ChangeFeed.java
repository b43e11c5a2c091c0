package dev.sluice.ingest.source;

import dev.sluice.lake.Position;

/**
 * The changes of a source, read by a thread of its own from the moment that it is made, and handed over in slices. What
 * goes wrong in it comes out of {@link #slices}. Every method but {@link #close} may be called by any thread.
 */
public interface ChangeFeed extends AutoCloseable {
    SliceQueue slices();

    /** Every commit up to here is in the lake, and that is on record: the server may forget it. */
    void acknowledge(Position position);

    /** Time since anything arrived. */
    long silentNanos();

    /**
     * Asks the server, on another connection, whether it serves this feed. Called when it was silent for long.
     *
     * @throws dev.sluice.spec.errors.SluiceException when the server does not answer
     */
    boolean isServed();

    /** Cuts the connection, as one that is found dead: the feed fails, and the task starts over. */
    void cut();

    /** Ends the feed for a reason found elsewhere; what was handed over before is still emitted. */
    void fail(Throwable cause);

    @Override
    void close() throws InterruptedException;
}
