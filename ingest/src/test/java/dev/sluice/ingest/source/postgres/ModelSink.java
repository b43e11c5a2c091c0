package dev.sluice.ingest.source.postgres;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.LoadRows;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Commits to a {@link ModelLake}, two-phase as the real sink does. */
final class ModelSink implements Sink<Batch>, SupportsCommitter<ModelSink.Gathered> {
    private static final long serialVersionUID = 1L;
    /** Set by a test: the next write fails. */
    static final AtomicBoolean FAIL_NEXT_WRITE = new AtomicBoolean();

    /** Set by a test: so many announcements of a load fail. */
    static final AtomicInteger FAIL_ANNOUNCEMENTS = new AtomicInteger();

    /** How many checkpoints have completed while a transaction was open. */
    static final AtomicInteger CHECKPOINTS_WHILE_OPEN = new AtomicInteger();

    /** Set by a test: so many checkpoints are to complete while a transaction is open; the writer is slow until then. */
    static final AtomicInteger CHECKPOINTS_WANTED = new AtomicInteger();

    /** Rows of loads that writers have taken. */
    static final AtomicLong LOADED_ROWS = new AtomicLong();

    /** Set by a test: writers take no row of a load while this is set. */
    static final AtomicBoolean HOLD_LOADS = new AtomicBoolean();

    /** How many writers stand still for it. */
    static final AtomicInteger HELD_WRITERS = new AtomicInteger();

    /** Set by a test: once writers have taken so many rows of loads, they take the rest slowly. */
    static final AtomicLong SLOW_FROM_ROWS = new AtomicLong(Long.MAX_VALUE);

    private final String lake;

    ModelSink(String lake) {
        this.lake = lake;
    }

    /** The batches stay in this JVM, as files stay in a store: a checkpoint holds their name. */
    private static final Map<String, List<Batch>> STORE = new ConcurrentHashMap<>();

    private static final String OPEN = "open-";

    /** Frees what writers have kept; only between jobs. */
    static void forget() {
        STORE.clear();
    }

    record Gathered(String attempt) {}

    @Override
    public CommittingSinkWriter<Batch, Gathered> createWriter(WriterInitContext context) {
        return new CommittingSinkWriter<>() {
            private List<Batch> gathered = new ArrayList<>();
            /** Where in {@code gathered} the open transaction begins; -1 when there is none. */
            private int open = -1;

            @Override
            public void write(Batch batch, Context context) throws IOException {
                if (FAIL_NEXT_WRITE.compareAndSet(true, false)) {
                    throw new IOException("failure injected by a test");
                }
                if (batch instanceof Batch.Loaded
                        && FAIL_ANNOUNCEMENTS.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw new IOException("failure injected by a test");
                }
                if (batch instanceof LoadRows) {
                    holdLoad();
                    if (LOADED_ROWS.get() >= SLOW_FROM_ROWS.get()) {
                        LockSupport.parkNanos(50_000_000);
                    }
                    LOADED_ROWS.addAndGet(batch.count());
                }
                if (batch instanceof Batch.Open) {
                    open = gathered.size();
                } else if (batch instanceof Batch.Progress) {
                    open = -1;
                } else if (open >= 0 && CHECKPOINTS_WHILE_OPEN.get() < CHECKPOINTS_WANTED.get()) {
                    LockSupport.parkNanos(20_000_000);
                }
                gathered.add(batch);
            }

            private void holdLoad() {
                HELD_WRITERS.incrementAndGet();
                for (int i = 0; i < 3_000 && HOLD_LOADS.get(); i++) {
                    LockSupport.parkNanos(10_000_000);
                }
                HELD_WRITERS.decrementAndGet();
            }

            @Override
            public void flush(boolean endOfInput) {}

            @Override
            public Collection<Gathered> prepareCommit() {
                int complete = open >= 0 ? open : gathered.size();
                if (open < 0 && complete == 0) {
                    return List.of();
                }
                String attempt = (open >= 0 ? OPEN : "") + UUID.randomUUID();
                STORE.put(attempt, List.copyOf(gathered.subList(0, complete)));
                gathered = new ArrayList<>(gathered.subList(complete, gathered.size()));
                open = open >= 0 ? 0 : -1;
                return List.of(new Gathered(attempt));
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Committer<Gathered> createCommitter(CommitterInitContext context) {
        return new Committer<>() {
            @Override
            public void commit(Collection<CommitRequest<Gathered>> requests) {
                for (CommitRequest<Gathered> request : requests) {
                    Gathered gathered = request.getCommittable();
                    if (gathered.attempt().startsWith(OPEN)) {
                        CHECKPOINTS_WHILE_OPEN.incrementAndGet();
                    }
                    ModelLake.of(lake).commit(gathered.attempt(), STORE.get(gathered.attempt()));
                }
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public SimpleVersionedSerializer<Gathered> getCommittableSerializer() {
        return new SimpleVersionedSerializer<>() {
            @Override
            public int getVersion() {
                return 1;
            }

            @Override
            public byte[] serialize(Gathered gathered) {
                return gathered.attempt().getBytes(StandardCharsets.US_ASCII);
            }

            @Override
            public Gathered deserialize(int version, byte[] bytes) {
                return new Gathered(new String(bytes, StandardCharsets.US_ASCII));
            }
        };
    }
}
