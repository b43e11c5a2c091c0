package dev.sluice.catalog.tables;

import java.util.Collection;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Metadata files of commits that are known not to be applied. */
final class AbandonedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(AbandonedFiles.class);

    private AbandonedFiles() {}

    /** Deletes what it can: a file left behind is no harm, and must not hide why the commit was refused. */
    static void delete(FileIO io, Collection<String> locations) {
        for (String location : locations) {
            try {
                io.deleteFile(location);
            } catch (RuntimeException e) {
                LOG.warn("left behind {}: {}", location, e.toString());
            }
        }
    }
}
