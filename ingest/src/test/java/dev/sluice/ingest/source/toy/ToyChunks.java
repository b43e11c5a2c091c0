package dev.sluice.ingest.source.toy;

import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.source.ChunkRange;
import dev.sluice.ingest.source.ChunkReader;
import dev.sluice.ingest.table.SourceTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** Reads rows of a range as they were, some at a time. */
final class ToyChunks implements ChunkReader {
    private static final int BATCH_ROWS = 3;

    private final ToyDatabase source;
    private final Deque<Map.Entry<Long, String>> rows = new ArrayDeque<>();
    private ChunkRange range;
    private int table;
    private long number;
    private long emitted;
    private long toSkip;
    private String name = "";

    ToyChunks(ToyDatabase source) {
        this.source = source;
    }

    @Override
    public Opening open(SourceTable any, int index, ChunkRange chunk, String snapshotName, long lsn, long rowsEmitted) {
        ToyRange wanted = (ToyRange) chunk;
        range = chunk;
        table = index;
        number = lsn;
        name = snapshotName;
        rows.clear();
        rows.addAll(
                source.rowsAt(index, lsn).subMap(wanted.first(), wanted.end()).entrySet());
        emitted = rowsEmitted;
        toSkip = rowsEmitted;
        for (; toSkip > 0 && !rows.isEmpty(); toSkip--) {
            rows.remove();
        }
        return Opening.OPEN;
    }

    @Override
    public LoadRows next() {
        List<Map.Entry<Long, String>> batch = new ArrayList<>();
        while (batch.size() < BATCH_ROWS && !rows.isEmpty()) {
            batch.add(rows.remove());
        }
        emitted += batch.size();
        return batch.isEmpty() ? null : ToyRows.load(table, number, batch);
    }

    @Override
    public boolean isAtEnd() {
        return rows.isEmpty();
    }

    @Override
    public ChunkRange rest() {
        return range;
    }

    @Override
    public long rowsEmitted() {
        return emitted;
    }

    @Override
    public long rowsToSkip() {
        return toSkip;
    }

    @Override
    public String difference() {
        return "";
    }

    @Override
    public String exportedName() {
        return name;
    }

    @Override
    public void letGo() {
        rows.clear();
        name = "";
    }

    @Override
    public void close() {
        letGo();
    }
}
