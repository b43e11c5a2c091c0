package dev.sluice.ingest.sink.file;

import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.TableProperties;
import org.apache.parquet.hadoop.ParquetOutputFormat;

/**
 * How a data file is written, by the size of its rows. Parquet looks at its memory only every so many rows, which is
 * quick for narrow ones, and for others too late.
 */
enum FileShape {
    /** Looked at every hundred rows or more. */
    NARROW(64 << 10),
    /** Looked at after each row. */
    WIDE(8 << 20),
    /** One row alone, of which as few copies as possible are made: neither in a dictionary nor compressed. */
    HUGE(Integer.MAX_VALUE);

    private static final int PAGE_BYTES_MIN = 64 << 10;
    private static final int PAGE_BYTES_MAX = 1 << 20;

    private final int rowBytesMax;

    FileShape(int rowBytesMax) {
        this.rowBytesMax = rowBytesMax;
    }

    static FileShape of(int rowBytes) {
        return rowBytes <= NARROW.rowBytesMax ? NARROW : rowBytes <= WIDE.rowBytesMax ? WIDE : HUGE;
    }

    /** Whether a file of this shape may hold a row of that size. */
    boolean takes(int rowBytes) {
        return this != HUGE && rowBytes <= rowBytesMax;
    }

    /** How many bytes a page has in a file with such row groups. A writer keeps a buffer of that size from the start. */
    static int pageBytes(long rowGroupBytes) {
        return (int) Math.max(PAGE_BYTES_MIN, Math.min(PAGE_BYTES_MAX, rowGroupBytes / 8));
    }

    Map<String, String> properties(TableFormat format, long rowGroupBytes) {
        Map<String, String> properties = new HashMap<>(format.properties());
        lower(properties, TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES, rowGroupBytes);
        lower(properties, TableProperties.PARQUET_PAGE_SIZE_BYTES, pageBytes(rowGroupBytes));
        if (this != NARROW) {
            properties.put(TableProperties.PARQUET_ROW_GROUP_CHECK_MIN_RECORD_COUNT, "1");
            properties.put(ParquetOutputFormat.ENABLE_DICTIONARY, "false");
        }
        if (this == HUGE) {
            properties.put(TableProperties.PARQUET_COMPRESSION, "uncompressed");
            for (int i = 0; i < format.source().columns().size(); i++) {
                if (!format.source().keyColumns().contains(i)) {
                    // The lowest and the highest value would be two more copies.
                    String name = format.source().columns().get(i).name();
                    properties.put(TableProperties.PARQUET_COLUMN_STATS_ENABLED_PREFIX + name, "false");
                }
            }
        }
        return properties;
    }

    private static void lower(Map<String, String> properties, String name, long most) {
        long wanted = Long.parseLong(properties.getOrDefault(name, Long.toString(most)));
        properties.put(name, Long.toString(Math.min(wanted, most)));
    }
}
