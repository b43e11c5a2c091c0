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

    Map<String, String> properties(Map<String, String> table, long rowGroupBytes) {
        Map<String, String> properties = new HashMap<>(table);
        long wanted = Long.parseLong(properties.get(TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES));
        properties.put(TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES, Long.toString(Math.min(wanted, rowGroupBytes)));
        if (this != NARROW) {
            properties.put(TableProperties.PARQUET_ROW_GROUP_CHECK_MIN_RECORD_COUNT, "1");
            properties.put(ParquetOutputFormat.ENABLE_DICTIONARY, "false");
        }
        if (this == HUGE) {
            properties.put(TableProperties.PARQUET_COMPRESSION, "uncompressed");
        }
        return properties;
    }
}
