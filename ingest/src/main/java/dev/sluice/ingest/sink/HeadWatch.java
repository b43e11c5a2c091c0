package dev.sluice.ingest.sink;

import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.TableHead;
import dev.sluice.lake.TableStamps;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.Table;

/**
 * Looks whether somebody else has changed what lies on the head of the lake tables: of those that a cut changes before
 * each commit, of all every few seconds while cuts arrive. Used by the committer's thread.
 */
final class HeadWatch {
    private static final long ALL_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final String pipeline;
    private final List<SourceTable> sources;
    private long lastAllNanos = System.nanoTime();

    HeadWatch(String pipeline, List<SourceTable> sources) {
        this.pipeline = pipeline;
        this.sources = sources;
    }

    /** @param changing tables that are about to be committed onto what they hold */
    List<TableStop> foreign(LakeCatalog catalog, Set<Integer> changing) {
        Set<Integer> looked = new HashSet<>(changing);
        long now = System.nanoTime();
        if (now - lastAllNanos >= ALL_NANOS) {
            lastAllNanos = now;
            for (int i = 0; i < sources.size(); i++) {
                looked.add(i);
            }
        }
        List<TableStop> stops = new ArrayList<>();
        for (int table : looked) {
            Optional<Table> lake =
                    catalog.find(catalog.bronze(sources.get(table).name())).filter(HeadWatch::isWatched);
            lake.flatMap(found -> TableHead.difference(found, pipeline))
                    .ifPresent(difference ->
                            stops.add(new TableStop(table, difference.code(), difference.reason(), difference.fix())));
        }
        return stops;
    }

    /** Whether the table is to be as we left it: not one that waits for its load, or stays where it was stopped. */
    static boolean isWatched(Table table) {
        Following following = Following.of(table);
        return following.isFollowed()
                && following.stop().isEmpty()
                && TableStamps.current(table).isPresent();
    }
}
