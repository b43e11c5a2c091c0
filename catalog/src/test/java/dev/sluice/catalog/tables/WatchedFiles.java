package dev.sluice.catalog.tables;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.OutputFile;

/** Files in memory. It knows which ones were written and are left, and can do something while one is written. */
final class WatchedFiles extends InMemoryFileIO {
    private final transient Set<String> written = ConcurrentHashMap.newKeySet();
    private final transient AtomicReference<Runnable> duringNextWrite = new AtomicReference<>();

    /** Runs once, before the next file is written; it may throw. */
    void duringNextWrite(Runnable action) {
        duringNextWrite.set(action);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        Runnable action = duringNextWrite.getAndSet(null);
        if (action != null) {
            action.run();
        }
        written.add(location);
        return super.newOutputFile(location);
    }

    /** Metadata files that were written and not deleted since. */
    Set<String> left() {
        Set<String> left = ConcurrentHashMap.newKeySet();
        written.stream().filter(this::fileExists).forEach(left::add);
        return left;
    }
}
