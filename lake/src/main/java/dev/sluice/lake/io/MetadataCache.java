package dev.sluice.lake.io;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Whole small files by location, the least recently used ones dropped first. Safe to share between threads. */
final class MetadataCache {
    private final long bytesMax;
    private final Map<String, byte[]> files = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    MetadataCache(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    synchronized Optional<byte[]> get(String location) {
        return Optional.ofNullable(files.get(location));
    }

    synchronized void put(String location, byte[] content) {
        drop(location);
        files.put(location, content);
        bytes += content.length;
        Iterator<byte[]> oldest = files.values().iterator();
        while (bytes > bytesMax) {
            bytes -= oldest.next().length;
            oldest.remove();
        }
    }

    synchronized void drop(String location) {
        byte[] content = files.remove(location);
        if (content != null) {
            bytes -= content.length;
        }
    }
}
