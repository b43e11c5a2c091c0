package dev.sluice.ingest.sink;

import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Refusal;
import dev.sluice.lake.TableHead;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Table;

/**
 * Looks at the heads of tables that no cut touches: a commit looks at its own tables only, and a quiet table may be
 * written by others for days. One table after the other, so that each is looked at once in a period and no commit waits
 * for all of them. Used by the committer's thread.
 */
final class HeadAudit {
    private static final long PERIOD_NANOS = Duration.ofSeconds(20).toNanos();

    private final LakeCatalog catalog;
    private final String pipeline;
    private final List<SourceTable> sources;
    private long lookedNanos = System.nanoTime();
    private int next;

    HeadAudit(LakeCatalog catalog, String pipeline, List<SourceTable> sources) {
        this.catalog = catalog;
        this.pipeline = pipeline;
        this.sources = sources;
    }

    /** What is wrong with the tables that are due now. */
    List<TableStop> due(Set<Integer> stopped) {
        long elapsed = Math.min(System.nanoTime() - lookedNanos, PERIOD_NANOS);
        int count = (int) (sources.size() * elapsed / PERIOD_NANOS);
        if (count == 0) {
            return List.of();
        }
        lookedNanos = System.nanoTime();
        return look(count, stopped);
    }

    /** The same for the next {@code count} tables. */
    List<TableStop> look(int count, Set<Integer> stopped) {
        List<TableStop> stops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int table = next;
            next = (next + 1) % sources.size();
            if (!stopped.contains(table)) {
                difference(table)
                        .ifPresent(found -> stops.add(new TableStop(table, found.code(), found.reason(), found.fix())));
            }
        }
        return stops;
    }

    /** A table that is to be loaded anew may be as it likes. One that is missing shows when something is committed to it. */
    private Optional<Refusal> difference(int table) {
        Optional<Table> found = catalog.find(catalog.bronze(sources.get(table).name()));
        return found.filter(HeadAudit::isLoaded).flatMap(loaded -> TableHead.difference(loaded, pipeline));
    }

    private static boolean isLoaded(Table table) {
        Following following = Following.of(table);
        return following.isFollowed() && following.since().isPresent();
    }
}
