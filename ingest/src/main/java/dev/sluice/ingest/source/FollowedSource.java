package dev.sluice.ingest.source;

import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The source as one pipeline follows it: compared with what the lake says that it was. Made by {@link
 * SourceAdapter#followed}; used by one thread at a time, each with its own: the enumerator's at a start, a reader's, the
 * acknowledger's, the committer's. It may keep a connection.
 */
public interface FollowedSource extends AutoCloseable {
    /**
     * Looks whether the source is still the one that the lake was filled from.
     *
     * @param known every commit up to here is in the lake, or is about to be
     * @param acknowledged the source may have forgotten what lies before this, and nothing after it
     * @return tables that are not what they were: none of them may go on
     * @throws dev.sluice.spec.errors.SluiceException what concerns all tables; E0201, E0202 when the source cannot be looked
     *     at and nothing is known
     */
    List<TableStop> look(Position known, Position acknowledged);

    /** Records what the last look found changed without harm: from now on it is what is expected. */
    void recordDrift(LakePositions lake);

    /**
     * Makes the source give changes of the missing tables from now on, after a look found that nothing followed was harmed.
     *
     * @param followed indexes of the tables that are streamed already
     * @param missing indexes of those that are to be loaded
     */
    void follow(LakePositions lake, Set<Integer> followed, List<Integer> missing);

    /**
     * Records what the tables of a load are, before the first row is read: what happens to them from now on is a difference.
     * A table that is not what it was when the job was submitted keeps no record: its reader finds that out.
     */
    void recordTables(LakePositions lake, Collection<Integer> loaded);

    @Override
    void close();
}
