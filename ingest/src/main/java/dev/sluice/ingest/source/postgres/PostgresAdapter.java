package dev.sluice.ingest.source.postgres;

import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.source.ChangeFeed;
import dev.sluice.ingest.source.ChunkReader;
import dev.sluice.ingest.source.FeedStart;
import dev.sluice.ingest.source.FollowedSource;
import dev.sluice.ingest.source.LakeKnowledge;
import dev.sluice.ingest.source.LakePositions;
import dev.sluice.ingest.source.LoadPosition;
import dev.sluice.ingest.source.RangeCodec;
import dev.sluice.ingest.source.SourceAdapter;
import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.load.CopyChunkReader;
import dev.sluice.ingest.source.postgres.load.TableRangeCodec;
import dev.sluice.ingest.source.postgres.slot.SourceIdentity;
import dev.sluice.ingest.source.postgres.stream.ChangeStream;
import dev.sluice.ingest.table.SourceTable;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * A PostgreSQL database as a source: tables by COPY under the snapshot of a slot, changes by that slot through a publication.
 *
 * @param excludeAtSource whether the publication lists the columns of tables with excluded ones
 * @param chunkBytes about how much of a table one reader takes at a time
 * @param watchMillis how often the source is looked at while nothing is committed
 * @param rowBytesMax the largest row that a load takes; 0 for what fits in the heap where it is read
 */
public record PostgresAdapter(
        PostgresConnector connector,
        String slotName,
        String publicationName,
        List<SourceTable> tables,
        boolean excludeAtSource,
        LakePositions.Opener lake,
        long chunkBytes,
        long watchMillis,
        int rowBytesMax)
        implements SourceAdapter {
    /** Heap and TOAST of a chunk. */
    public static final long CHUNK_BYTES_DEFAULT = 48L << 20;

    /** A difference is to be told within 35 s. */
    public static final long WATCH_MILLIS_DEFAULT = 20_000;

    public static final int ROW_BYTES_OF_THE_HEAP = 0;

    public PostgresAdapter {
        tables = List.copyOf(tables);
    }

    @Override
    public String name() {
        return slotName;
    }

    @Override
    public String identity() {
        return SourceIdentity.of(connector);
    }

    @Override
    public void checkIdentity(String recorded, String found) {
        SourceIdentity.check(recorded, found);
    }

    @Override
    public FollowedSource followed(LakeKnowledge knowledge, String identity, Set<Integer> followed) {
        return new PublishedSource(this, knowledge, identity, followed);
    }

    @Override
    public LoadPosition load(Collection<Integer> missing, boolean isFirst) {
        return LoadPositions.first(this, missing, isFirst);
    }

    @Override
    public LoadPosition loadAgain(Set<Integer> rewritten, int restarts) throws InterruptedException {
        return LoadPositions.again(this, rewritten, restarts);
    }

    @Override
    public ChunkReader chunkReader() {
        return new CopyChunkReader(
                connector, rowBytesMax == ROW_BYTES_OF_THE_HEAP ? RowForm.CHANGE_BYTES_MAX : rowBytesMax);
    }

    @Override
    public RangeCodec ranges() {
        return TableRangeCodec.INSTANCE;
    }

    @Override
    public ChangeFeed feed(FeedStart start) {
        return new ChangeStream(connector, slotName, publicationName, tables, start);
    }
}
