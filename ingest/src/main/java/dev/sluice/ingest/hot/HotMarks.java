package dev.sluice.ingest.hot;

import dev.sluice.spec.errors.SluiceException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the lake which hot tables do not follow, so that it is known while ClickHouse is away. What cannot be told now
 * is told later; the lake's own writer does not wait for it. The flusher's thread only.
 */
final class HotMarks implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HotMarks.class);
    /** A hot store that is away for less is not worth a change of the lake's tables. */
    private static final long AWAY_MILLIS_MIN = 10_000;

    private static final long PAUSE_MILLIS = 1_000;

    private final HotLake.Opener opener;
    /** What the lake says of each table: a reason, or that it follows. Unknown at first. */
    private final Map<Integer, String> told = new HashMap<>();

    private HotLake lake;
    private long triedAtNanos = System.nanoTime() - TimeUnit.MINUTES.toNanos(1);

    HotMarks(HotLake.Opener opener) {
        this.opener = opener;
    }

    void update(HotFlows flows, HotProgress progress, HotOutage outage, boolean hasBacklog) {
        boolean isAway = outage.awayMillis() >= AWAY_MILLIS_MIN;
        for (HotFlow flow : flows.all()) {
            String reason = isAway
                    ? "ClickHouse does not answer"
                    : flow.isLive() ? "" : flow.state().text() + ": " + flow.reason();
            // An outage that has not lasted long says nothing new, nor does its end before all has followed.
            if (isAway || outage.awayMillis() == 0 && !(reason.isEmpty() && hasBacklog)) {
                tell(flow, reason, progress.told(flow.number));
            }
        }
    }

    void failed(HotProgress progress, HotFlows flows, Throwable why) {
        triedAtNanos = System.nanoTime() - TimeUnit.MINUTES.toNanos(1);
        for (HotFlow flow : flows.all()) {
            told.remove(flow.number);
            tell(flow, "the hot sink failed: " + why, progress.told(flow.number));
        }
    }

    private void tell(HotFlow flow, String reason, long since) {
        if (reason.equals(told.get(flow.number))
                || System.nanoTime() - triedAtNanos < TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS)) {
            return;
        }
        try {
            lake = lake == null ? opener.open() : lake;
            if (reason.isEmpty()) {
                lake.markFollowing(flow.table.name());
            } else {
                lake.markStale(flow.table.name(), since, reason);
            }
            told.put(flow.number, reason);
        } catch (SluiceException e) {
            triedAtNanos = System.nanoTime();
            log.warn("The lake was not told how the hot table {} stands: {}", flow.table.name(), e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (lake != null) {
            lake.close();
        }
    }
}
