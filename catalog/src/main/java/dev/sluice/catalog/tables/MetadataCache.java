package dev.sluice.catalog.tables;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.function.Function;
import org.apache.iceberg.TableMetadata;

/**
 * Parsed metadata files by their place. A file never changes once it is written, so entries do not age; which file is
 * current is asked of the database each time. Thread-safe, bounded.
 */
final class MetadataCache {
    /** In rough units of one snapshot or column, about half a kilobyte each: 32 MB together. */
    private static final long WEIGHT_MAX = 64_000;

    private final Cache<String, TableMetadata> files = Caffeine.newBuilder()
            .maximumWeight(WEIGHT_MAX)
            .weigher(MetadataCache::weightOf)
            .build();

    TableMetadata read(String location, Function<String, TableMetadata> reader) {
        return files.get(location, reader);
    }

    private static int weightOf(String location, TableMetadata metadata) {
        int columns = metadata.schemas().stream()
                .mapToInt(schema -> schema.columns().size())
                .sum();
        return 4
                + columns
                + metadata.snapshots().size()
                + metadata.previousFiles().size();
    }
}
