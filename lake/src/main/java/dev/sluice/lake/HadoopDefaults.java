package dev.sluice.lake;

import java.lang.reflect.Field;
import java.util.Collection;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps Hadoop's default files unread. Iceberg's Parquet writer makes a Hadoop configuration for every file that it
 * writes, and each looks through the class path for half a dozen XML files and parses thousands of lines that nobody
 * here asks for: with a commit a second that was a quarter of the TaskManager's work. Files are read and written by
 * S3FileIO; no Hadoop file system is used.
 */
public final class HadoopDefaults {
    private static final Logger LOG = LoggerFactory.getLogger(HadoopDefaults.class);
    private static final Collection<?> RESOURCES = resources();

    private HadoopDefaults() {}

    /** To be called before a file is written: classes of Hadoop that load meanwhile add their defaults again. */
    public static void omit() {
        RESOURCES.clear();
    }

    /** There is no public way to the list; without it everything works as well, and slower. */
    private static Collection<?> resources() {
        try {
            Field field = Configuration.class.getDeclaredField("defaultResources");
            field.setAccessible(true);
            return (Collection<?>) field.get(null);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warn("Hadoop's default files are read for every Parquet file that is written", e);
            return new java.util.ArrayList<>();
        }
    }
}
