package dev.sluice.ingest.source;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.source.ChunkReader.Opening;
import dev.sluice.ingest.source.PipelineSplit.LoadSplit;
import dev.sluice.ingest.source.SourceEvents.ActiveLoads;
import dev.sluice.ingest.source.SourceEvents.ChunkFinished;
import dev.sluice.ingest.source.SourceEvents.HeldChunk;
import dev.sluice.ingest.source.SourceEvents.SnapshotHeld;
import dev.sluice.ingest.source.SourceEvents.SnapshotLost;
import dev.sluice.ingest.source.SourceEvents.TableLocked;
import dev.sluice.ingest.source.SourceEvents.TableRewritten;
import dev.sluice.ingest.source.SourceEvents.TableUnloadable;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The reader's part of a load: the chunks that it was given, read one after the other. Runs in the task's thread. */
final class LoadEmitter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadEmitter.class);

    /** So many chunks are held at most when their tables cannot be read. */
    private static final int LOCKED_CHUNKS_MAX = 4;

    /** A server that was started anew gives names that it gave before: to other snapshots, of other positions. */
    private record LostSnapshot(long loadLsn, String name) {}

    private final SourceAdapter adapter;
    private final SourceReaderContext context;
    private final ChunkReader reader;
    /** The first is open when {@link #isOpen}. Those of a checkpoint wait until it is known whether their load goes on. */
    private final Deque<LoadSplit> chunks = new ArrayDeque<>();

    private final Set<LostSnapshot> lost = new HashSet<>();
    private ActiveLoads active;
    private String heldName = "";
    private boolean isOpen;
    private boolean isNoneWaiting;

    LoadEmitter(SourceAdapter adapter, SourceReaderContext context) {
        this.adapter = adapter;
        this.context = context;
        this.reader = adapter.chunkReader();
    }

    void add(LoadSplit chunk) {
        isNoneWaiting = false;
        chunks.add(chunk);
    }

    boolean isEmpty() {
        return chunks.isEmpty();
    }

    List<LoadSplit> state() {
        return List.copyOf(chunks);
    }

    List<HeldChunk> held() {
        return chunks.stream()
                .map(chunk -> new HeldChunk(chunk.loadLsn(), chunk.table(), chunk.chunk()))
                .toList();
    }

    /** The enumerator says what is being loaded, and under which snapshots. */
    void activate(ActiveLoads loads) {
        active = loads;
        LoadSplit first = chunks.peek();
        if (chunks.removeIf(chunk -> !loads.isActive(chunk.table(), chunk.loadLsn()))) {
            if (isOpen && first != chunks.peek()) {
                reader.letGo();
                isOpen = false;
            }
            if (chunks.isEmpty()) {
                context.sendSplitRequest();
            }
        }
    }

    /** An open snapshot keeps the server from cleaning up, so it is let go of early. */
    void noChunkWaiting() {
        isNoneWaiting = true;
        letGoIfDone();
    }

    /** Whether there is a chunk whose snapshot can be had. */
    boolean canRead() {
        if (chunks.isEmpty() || active == null) {
            return false;
        }
        LoadSplit chunk = chunks.element();
        String name = snapshotName(chunk);
        return isOpen || name != null && !lost.contains(new LostSnapshot(chunk.loadLsn(), name));
    }

    InputStatus poll(ReaderOutput<Batch> output) {
        LoadSplit chunk = chunks.element();
        if (!isOpen && !open(chunk)) {
            return canRead() ? InputStatus.MORE_AVAILABLE : InputStatus.NOTHING_AVAILABLE;
        }
        LoadRows batch;
        try {
            batch = reader.next();
        } catch (RowTooLargeException e) {
            isOpen = false;
            context.sendSourceEventToCoordinator(
                    new TableUnloadable(chunk.loadLsn(), tooLarge(chunk.table(), e.getMessage())));
            drop(chunk.table());
            return canRead() ? InputStatus.MORE_AVAILABLE : InputStatus.NOTHING_AVAILABLE;
        }
        replaceFirst(chunk.goOnWith(reader.rest(), reader.rowsEmitted(), batch == null ? 0 : batch.count()));
        if (batch != null) {
            output.collect(batch);
            return InputStatus.MORE_AVAILABLE;
        }
        isOpen = false;
        if (!reader.isAtEnd()) {
            return InputStatus.MORE_AVAILABLE;
        }
        if (reader.rowsToSkip() > 0) {
            throw new SluiceException(
                    ErrorCode.E0301,
                    name(chunk.table()) + " has " + reader.rowsToSkip()
                            + " rows less than before under the same snapshot",
                    "report this; the load must be started over");
        }
        output.collect(new Batch.ChunkEnd(chunk.table(), chunk.loadLsn()));
        chunks.remove();
        context.sendSourceEventToCoordinator(new ChunkFinished(chunk.loadLsn(), chunk.chunk(), chunk.rows()));
        letGoIfDone();
        return canRead() ? InputStatus.MORE_AVAILABLE : InputStatus.NOTHING_AVAILABLE;
    }

    void letGo() {
        reader.letGo();
        isOpen = false;
    }

    @Override
    public void close() {
        reader.close();
    }

    private boolean open(LoadSplit chunk) {
        String name = snapshotName(chunk);
        Opening opening;
        try {
            opening = reader.open(
                    adapter.tables().get(chunk.table()),
                    chunk.table(),
                    chunk.range(),
                    name,
                    chunk.loadLsn(),
                    chunk.rowsEmitted());
        } catch (SnapshotLostException e) {
            LOG.warn("{}", e.getMessage());
            lost.add(new LostSnapshot(chunk.loadLsn(), name));
            context.sendSourceEventToCoordinator(new SnapshotLost(chunk.loadLsn()));
            return false;
        }
        tellThatItIsHeld(chunk.loadLsn());
        switch (opening) {
            case OPEN -> {
                isOpen = true;
                if (chunks.size() == 1) {
                    // The next chunk arrives while this one is read.
                    context.sendSplitRequest();
                }
            }
            case LOCKED -> {
                // Another chunk may be of a table that nobody holds.
                chunks.add(chunks.remove());
                if (chunks.size() < LOCKED_CHUNKS_MAX) {
                    context.sendSourceEventToCoordinator(new TableLocked(chunk.loadLsn(), chunk.table()));
                    context.sendSplitRequest();
                }
            }
            case REWRITTEN -> {
                context.sendSourceEventToCoordinator(new TableRewritten(chunk.loadLsn(), chunk.table()));
                drop(chunk.table());
            }
            case ALTERED -> {
                context.sendSourceEventToCoordinator(new TableUnloadable(chunk.loadLsn(), altered(chunk.table())));
                drop(chunk.table());
            }
        }
        return isOpen;
    }

    private TableStop altered(int table) {
        SourceTable source = adapter.tables().get(table);
        return new TableStop(
                table,
                ErrorCode.E0404,
                "table " + name(table) + " is not what it was when the pipeline started: " + reader.difference(),
                "undo the change, or sluice apply again so that the table is looked at anew; then run: sluice resync "
                        + source.name());
    }

    private String name(int table) {
        SourceTable source = adapter.tables().get(table);
        return source.schema() + "." + source.name();
    }

    private TableStop tooLarge(int table, String what) {
        SourceTable source = adapter.tables().get(table);
        return new TableStop(
                table,
                ErrorCode.E0410,
                source.qualifiedName() + " cannot be loaded: " + what,
                "give the TaskManager a larger heap (taskmanager.memory.task.heap.size), exclude the large column, or"
                        + " make the row smaller; then " + Remedy.resync(source.name()));
    }

    private void drop(int table) {
        chunks.removeIf(chunk -> chunk.table() == table);
        if (chunks.isEmpty()) {
            context.sendSplitRequest();
        }
    }

    private void tellThatItIsHeld(long lsn) {
        String name = reader.exportedName();
        if (!name.isEmpty() && !name.equals(heldName)) {
            heldName = name;
            context.sendSourceEventToCoordinator(new SnapshotHeld(lsn, name));
        }
    }

    private String snapshotName(LoadSplit chunk) {
        Map<Long, String> names = active.snapshotByLsn();
        return names.get(chunk.loadLsn());
    }

    private void replaceFirst(LoadSplit chunk) {
        chunks.remove();
        chunks.addFirst(chunk);
    }

    private void letGoIfDone() {
        if (isNoneWaiting && chunks.isEmpty()) {
            reader.letGo();
        }
    }
}
