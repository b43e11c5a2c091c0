package dev.sluice.clickhouse.server;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One connection to the engine: settings, database and temporary tables belong to it. Cheap (0.2 to 0.5 ms), so each
 * request has a fresh one. Not thread-safe.
 */
final class EngineConnection implements AutoCloseable {
    private static final int INSERT_PIECE_BYTES = 1 << 20;

    private final ChdbLibrary library;
    private final MemorySegment handle;
    private final MemorySegment connection;

    EngineConnection(ChdbLibrary library, MemorySegment handle) {
        this.library = library;
        this.handle = handle;
        this.connection = handle.reinterpret(ADDRESS.byteSize()).get(ADDRESS, 0);
    }

    /** Takes the pieces of a result as they come. */
    @FunctionalInterface
    interface ChunkReceiver {
        /** {@code bytes} are gone when this returns. */
        void receive(MemorySegment bytes) throws IOException;
    }

    /** Runs any statement and keeps the whole result in memory. The caller closes it. */
    EngineResult execute(EngineStatement statement) throws EngineException {
        try (Arena arena = Arena.ofConfined()) {
            return checked(library.query(connection, statement, arena));
        }
    }

    void run(String sql) throws EngineException {
        execute(EngineStatement.of(sql)).close();
    }

    /**
     * Runs a SELECT and hands its result over in pieces, each a document of its own.
     *
     * @throws IOException what the receiver threw; the query is cancelled then
     */
    void stream(EngineStatement statement, ChunkReceiver receiver) throws EngineException, IOException {
        try (Arena arena = Arena.ofConfined();
                EngineResult stream = checked(library.streamQuery(connection, statement, arena))) {
            boolean ended = false;
            try {
                while (!ended) {
                    try (EngineResult chunk = checked(library.streamFetch(connection, stream.handle()))) {
                        MemorySegment bytes = chunk.bytes();
                        ended = bytes.byteSize() == 0;
                        if (!ended) {
                            receiver.receive(bytes);
                        }
                    }
                }
            } finally {
                if (!ended) {
                    library.streamCancel(connection, stream.handle());
                }
            }
        }
    }

    /**
     * Inserts what {@code data} holds, in constant memory. A failure late in the data leaves earlier blocks inserted, as
     * in ClickHouse.
     *
     * @param statement INSERT without its VALUES or FORMAT clause
     */
    EngineResult.Counters insert(EngineStatement statement, InputStream data) throws EngineException, IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment insert = library.insert(connection, statement, arena);
            boolean finished = false;
            try {
                append(insert, data, arena);
                finished = true;
                try (EngineResult result = checked(library.insertDone(insert))) {
                    return result.counters();
                }
            } finally {
                if (!finished) {
                    library.insertCancel(insert);
                }
                library.insertDestroy(insert);
            }
        }
    }

    private void append(MemorySegment insert, InputStream data, Arena arena) throws EngineException, IOException {
        throwInsertError(insert);
        byte[] piece = new byte[INSERT_PIECE_BYTES];
        MemorySegment source = MemorySegment.ofArray(piece);
        MemorySegment copy = arena.allocate(INSERT_PIECE_BYTES);
        int length;
        while ((length = data.readNBytes(piece, 0, piece.length)) > 0) {
            MemorySegment.copy(source, 0, copy, 0, length);
            if (!library.insertAppend(insert, copy, length)) {
                throwInsertError(insert);
                throw new EngineException(
                        1002, "UNKNOWN_EXCEPTION", "The engine took no more data and did not say why");
            }
        }
    }

    private void throwInsertError(MemorySegment insert) throws EngineException {
        String error = library.insertError(insert);
        if (error != null) {
            throw new EngineException(error);
        }
    }

    private EngineResult checked(MemorySegment result) throws EngineException {
        if (result.address() == 0) {
            throw new EngineException(1002, "UNKNOWN_EXCEPTION", "The engine gave no answer");
        }
        EngineResult answer = new EngineResult(library, result);
        try {
            answer.check();
            return answer;
        } catch (EngineException e) {
            answer.close();
            throw e;
        }
    }

    @Override
    public void close() {
        library.closeConnection(handle);
    }
}
