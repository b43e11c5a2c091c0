package dev.sluice.clickhouse.server;

import java.lang.foreign.MemorySegment;

/** What the engine handed back; its bytes live until {@link #close()}. Not thread-safe. */
final class EngineResult implements AutoCloseable {
    private final ChdbLibrary library;
    private final MemorySegment handle;

    EngineResult(ChdbLibrary library, MemorySegment handle) {
        this.library = library;
        this.handle = handle;
    }

    /** Rows and bytes that a statement read and wrote. */
    record Counters(long rowsRead, long bytesRead, long rowsWritten, long bytesWritten) {
        static final Counters NONE = new Counters(0, 0, 0, 0);
    }

    MemorySegment handle() {
        return handle;
    }

    MemorySegment bytes() {
        return library.resultBytes(handle);
    }

    Counters counters() {
        return library.resultCounters(handle);
    }

    /** Throws what the engine complained about, if it did. */
    void check() throws EngineException {
        String error = library.resultError(handle);
        if (error != null) {
            throw new EngineException(error);
        }
    }

    @Override
    public void close() {
        library.resultDestroy(handle);
    }
}
