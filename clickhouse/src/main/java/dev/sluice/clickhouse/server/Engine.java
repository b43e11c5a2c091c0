package dev.sluice.clickhouse.server;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.lang.foreign.MemorySegment;

/**
 * The engine of this process over one data folder. An anchor connection keeps it up: closing the last connection tears
 * the engine down. Thread-safe.
 */
final class Engine implements AutoCloseable {
    private final ChdbLibrary library;
    private final String[] arguments;
    private final EngineConnection anchor;

    private Engine(ChdbLibrary library, DataFolder folder) {
        this.library = library;
        this.arguments =
                new String[] {"clickhouse", "--path=" + folder.storePath(), "--config-file=" + folder.configFile()};
        this.anchor = open();
    }

    /**
     * Starts the engine. Call it on a thread of {@link EngineThreads}.
     *
     * @throws SluiceException E1302 when the engine refuses
     */
    static Engine start(ChdbLibrary library, DataFolder folder) {
        return new Engine(library, folder);
    }

    /** A connection with the default settings. */
    EngineConnection open() {
        MemorySegment handle = library.connect(arguments);
        if (handle.address() == 0) {
            throw new SluiceException(
                    ErrorCode.E1302,
                    "the ClickHouse engine refused its data folder or its configuration; its own message is in the lines before",
                    "Look at the log of the server; another version of the engine may have written this folder.");
        }
        return new EngineConnection(library, handle);
    }

    /** Ends the engine; only the process's end may follow. */
    @Override
    public void close() {
        anchor.close();
        library.shutdown();
    }
}
