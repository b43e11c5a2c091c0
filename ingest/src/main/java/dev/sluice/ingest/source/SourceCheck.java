package dev.sluice.ingest.source;

import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a look at the source comes to: recorded in the lake, wherever it was taken. */
final class SourceCheck {
    private static final Logger LOG = LoggerFactory.getLogger(SourceCheck.class);

    private SourceCheck() {}

    /**
     * Looks, records what has changed without harm, and stops in the lake the tables that are not what they were.
     *
     * @param known every commit up to here is in the lake
     * @return the tables that were stopped
     * @throws dev.sluice.spec.errors.SluiceException what concerns all tables, or E0201 when nothing could be seen
     */
    static Set<Integer> look(FollowedSource source, LakePositions lake, Position known) {
        Set<Integer> stopped = stop(lake, source.look(known, known));
        source.recordDrift(lake);
        return stopped;
    }

    /** Stops in the lake what is not what it was left as there. */
    static void heads(LakePositions lake) {
        stop(lake, lake.foreignHeads());
    }

    private static Set<Integer> stop(LakePositions lake, List<TableStop> stops) {
        Set<Integer> stopped = new HashSet<>();
        for (TableStop stop : stops) {
            stopped.add(stop.table());
            if (lake.stop(stop)) {
                LOG.error(
                        "A table is stopped: {} {} {}. Fix: {}",
                        stop.code(),
                        stop.code().title(),
                        stop.reason(),
                        stop.fix());
            }
        }
        return stopped;
    }
}
