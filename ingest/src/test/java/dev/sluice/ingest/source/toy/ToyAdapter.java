package dev.sluice.ingest.source.toy;

import dev.sluice.ingest.source.ChangeFeed;
import dev.sluice.ingest.source.ChunkRange;
import dev.sluice.ingest.source.ChunkReader;
import dev.sluice.ingest.source.FeedStart;
import dev.sluice.ingest.source.FollowedSource;
import dev.sluice.ingest.source.LakeKnowledge;
import dev.sluice.ingest.source.LakePositions;
import dev.sluice.ingest.source.LoadPosition;
import dev.sluice.ingest.source.LoadSession;
import dev.sluice.ingest.source.RangeCodec;
import dev.sluice.ingest.source.SourceAdapter;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All that a source needs of its own: what stands in this folder, and nothing else, makes a pipeline of it. */
public record ToyAdapter(String database, LakePositions.Opener lake) implements SourceAdapter {
    private static final long CHUNK_ROWS = 7;

    static Position position(long number) {
        return number == 0 ? Position.ZERO : new Position(number, "step " + number);
    }

    private ToyDatabase source() {
        return ToyDatabase.of(database);
    }

    @Override
    public String name() {
        return "toy " + database;
    }

    @Override
    public List<SourceTable> tables() {
        return source().tables();
    }

    @Override
    public long watchMillis() {
        return 100;
    }

    @Override
    public String identity() {
        return source().identity;
    }

    @Override
    public void checkIdentity(String recorded, String found) {
        if (!recorded.equals(found)) {
            throw new SluiceException(
                    ErrorCode.E0216, "the lake was filled from " + recorded + ", this is " + found, "load anew");
        }
    }

    @Override
    public FollowedSource followed(LakeKnowledge knowledge, String identity, Set<Integer> tables) {
        return new Followed(source(), identity, this);
    }

    private record Followed(ToyDatabase source, String expected, ToyAdapter adapter) implements FollowedSource {
        @Override
        public List<TableStop> look(Position known, Position acknowledged) {
            adapter.checkIdentity(expected, source.identity);
            if (source.last() < known.order()) {
                throw new SluiceException(ErrorCode.E0219, "the log ends before " + known, "load anew");
            }
            return source.dropped() < 0
                    ? List.of()
                    : List.of(new TableStop(source.dropped(), ErrorCode.E0221, "it was dropped", "resync it"));
        }

        @Override
        public void recordDrift(LakePositions lake) {}

        @Override
        public void follow(LakePositions lake, Set<Integer> followed, List<Integer> missing) {}

        @Override
        public void recordTables(LakePositions lake, Collection<Integer> loaded) {}

        @Override
        public void close() {}
    }

    @Override
    public LoadPosition load(Collection<Integer> tables, boolean isFirst) {
        long at = source().last();
        Map<Integer, List<ChunkRange>> chunks = new LinkedHashMap<>();
        for (int table : tables) {
            List<ChunkRange> ranges = new ArrayList<>();
            long first = 0;
            for (; first < source().last(); first += CHUNK_ROWS) {
                ranges.add(new ToyRange(first, first + CHUNK_ROWS));
            }
            ranges.add(new ToyRange(first, Long.MAX_VALUE));
            chunks.put(table, ranges);
        }
        return new LoadPosition(new Session(at), chunks, Map.of(), isFirst);
    }

    /** Its snapshots are never lost: the name says it all. */
    private record Session(long number) implements LoadSession {
        @Override
        public String snapshotName() {
            return "at " + number;
        }

        @Override
        public Position position() {
            return ToyAdapter.position(number);
        }

        @Override
        public long timeMicros() {
            return number;
        }

        @Override
        public boolean holdAgain(Collection<String> names) {
            return true;
        }

        @Override
        public void close() {}
    }

    @Override
    public LoadPosition loadAgain(Set<Integer> tables, int restarts) {
        throw new IllegalStateException("nobody rewrites a table here");
    }

    @Override
    public ChunkReader chunkReader() {
        return new ToyChunks(source());
    }

    @Override
    public RangeCodec ranges() {
        return ToyRange.Codec.INSTANCE;
    }

    @Override
    public ChangeFeed feed(FeedStart start) {
        return new ToyFeed(source(), start);
    }
}
