package dev.sluice.ingest.sink;

import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * Asked before each cut is committed, in the committer's thread: whether the source was, at a position that is not before
 * the cut's end, still what the lake was filled from. What the stream does not show is noticed here, before a stamp says
 * "equal".
 */
public interface SourceGuard extends AutoCloseable {
    /** For sinks whose source cannot change unseen. */
    SourceGuard NONE = (to, loaded) -> List.of();

    /**
     * @param to everything up to here is about to be committed
     * @param loaded tables whose load is in the cut
     * @return the tables that must not go on; the others may
     * @throws dev.sluice.spec.errors.SluiceException when none may go on, or when the source could not be looked at
     */
    List<TableStop> differing(Position to, Set<Integer> loaded);

    @Override
    default void close() {}

    /** Opens a guard where the committer runs. */
    interface Opener extends Serializable {
        SourceGuard open();
    }
}
