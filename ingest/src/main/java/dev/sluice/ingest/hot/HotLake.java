package dev.sluice.ingest.hot;

import dev.sluice.lake.Following;
import dev.sluice.lake.HotStaleness;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import java.io.Serializable;
import java.time.Instant;
import java.util.Optional;
import org.apache.iceberg.Table;

/** The lake as the hot store needs it: how far a table is there, and where it is told that a hot table is stale. */
final class HotLake implements AutoCloseable {
    private final LakeCatalog catalog;
    private final Progress progress;

    HotLake(LakeCatalog catalog, String pipeline) {
        this.catalog = catalog;
        this.progress = new Progress(catalog, pipeline);
    }

    /** Opens the lake where the sink runs, and only when it is needed. */
    interface Opener extends Serializable {
        HotLake open();
    }

    static Opener opener(CatalogSpec spec, String pipeline) {
        return () -> new HotLake(LakeCatalog.open(spec), pipeline);
    }

    /**
     * A table of the lake at a position.
     *
     * @param lsn the current snapshot equals the source at this commit LSN
     * @param commitTime of that LSN at the source; EPOCH when not known
     */
    record Point(Table table, long lsn, Instant commitTime) {}

    /**
     * The table, once the lake holds it up to {@code lsn}. A table that did not change stands, with the pipeline, further
     * than its own stamp says; one that is stopped does not.
     */
    Optional<Point> reached(String name, long lsn) {
        Optional<Position> pipeline = progress.acknowledged();
        Optional<Table> found = catalog.find(catalog.bronze(name))
                .filter(table -> Following.of(table).isFollowed());
        Optional<Stamp> stamp = found.flatMap(TableStamps::current);
        if (stamp.isEmpty()) {
            return Optional.empty();
        }
        long own = stamp.get().position().lsn().value();
        if (Following.of(found.get()).stop().isPresent()) {
            return Optional.of(new Point(found.get(), own, stamp.get().sourceCommitTime()));
        }
        long all = pipeline.map(position -> position.lsn().value()).orElse(0L);
        long position = Long.compareUnsigned(all, own) > 0 ? all : own;
        return Long.compareUnsigned(position, lsn) < 0
                ? Optional.empty()
                : Optional.of(new Point(found.get(), position, stamp.get().sourceCommitTime()));
    }

    void markStale(String name, long since, String reason) {
        Optional<Table> table = catalog.find(catalog.bronze(name));
        table.ifPresent(found -> new HotStaleness(new Lsn(since).toString(), Instant.now(), reason).mark(found));
    }

    void markFollowing(String name) {
        catalog.find(catalog.bronze(name)).ifPresent(HotStaleness::clear);
    }

    @Override
    public void close() {
        catalog.close();
    }
}
