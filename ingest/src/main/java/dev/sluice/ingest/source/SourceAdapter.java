package dev.sluice.ingest.source;

import dev.sluice.ingest.table.SourceTable;
import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * A database as {@link LoadThenStreamSource} needs it: load, then stream, then acknowledge. It is serialised into the job,
 * so it holds settings and no connection. What it makes is used and closed by the machine.
 *
 * <p>What it owes the machine is exactness: a load shows the transactions up to its position and no other; a feed gives
 * every later one once and in the order of commits, whole or as parts of one; both in the row form; and
 * whatever could break that is told by {@link FollowedSource#look} before the lake is told of it.
 */
public interface SourceAdapter extends Serializable {
    /** What the pipeline is called at the source, for messages and the names of threads. */
    String name();

    /** All tables of the pipeline; a table's index here is what batches, splits and signs name it by. */
    List<SourceTable> tables();

    LakePositions.Opener lake();

    /** How often the source is looked at while nothing is committed. */
    long watchMillis();

    /** The server, or the group of them that takes over from each other, in a text that is recorded in the lake. */
    String identity();

    /** Throws what there is to say when the lake was filled from the server {@code recorded}, and this is another one. */
    void checkIdentity(String recorded, String found);

    /**
     * The source as it is followed.
     *
     * @param identity of the server that is expected
     * @param tables those that are to be the same, as far as they are not stopped
     */
    FollowedSource followed(LakeKnowledge knowledge, String identity, Set<Integer> tables);

    /**
     * Makes a position at which these tables are read, off the enumerator's thread. {@link FollowedSource#follow} was called
     * before.
     *
     * @param isFirst whether nothing of the pipeline is in the lake: the feed begins where these are loaded, and what an
     *     earlier load left at the source, which did not end, is of no use
     */
    LoadPosition load(Collection<Integer> tables, boolean isFirst);

    /**
     * Another position for tables that were rewritten while they were read.
     *
     * @param restarts how often one of the tables has been given up so far
     */
    LoadPosition loadAgain(Set<Integer> tables, int restarts) throws InterruptedException;

    ChunkReader chunkReader();

    RangeCodec ranges();

    /** Connects, and begins to read at once. */
    ChangeFeed feed(FeedStart start);
}
