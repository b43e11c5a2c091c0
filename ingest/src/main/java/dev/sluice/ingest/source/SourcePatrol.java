package dev.sluice.ingest.source;

import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the source at intervals while a stream runs, whether anything is committed or not, and ends the stream when
 * something is wrong: for good when it concerns all tables, once and without the table when it concerns one. Runs in the
 * acknowledger's thread.
 */
final class SourcePatrol implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SourcePatrol.class);

    private final FollowedSource source;
    private final ChangeFeed feed;
    private final long intervalMillis;
    private Position known;
    private long lastNanos = System.nanoTime();
    private boolean failing;

    /**
     * @param source closed with this; nobody else uses it any more
     * @param known every commit up to here is in the lake
     */
    SourcePatrol(FollowedSource source, Position known, ChangeFeed feed, long intervalMillis) {
        this.source = source;
        this.known = known;
        this.feed = feed;
        this.intervalMillis = intervalMillis;
    }

    /** Looks when it is time to; does nothing before. */
    void round(LakePositions lake) {
        long now = System.nanoTime();
        if (now - lastNanos < TimeUnit.MILLISECONDS.toNanos(intervalMillis)) {
            return;
        }
        lastNanos = now;
        try {
            known = Position.max(known, lake.acknowledged().orElse(Position.ZERO));
            Set<Integer> stopped = SourceCheck.look(source, lake, known);
            failing = false;
            if (!stopped.isEmpty()) {
                feed.fail(new SluiceException(
                        ErrorCode.E0229,
                        stopped.size() + " tables are not what they were",
                        "sluice status says which, why, and what to do"));
            }
        } catch (SluiceException e) {
            if (e.code().retry() != ErrorCode.Retry.TIMED) {
                feed.fail(e);
            } else if (!failing) {
                failing = true;
                // Nothing is committed meanwhile: the committer has to look as well.
                LOG.warn("The source cannot be looked at; trying again", e);
            }
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
