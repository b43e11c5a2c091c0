package dev.sluice.trino.query;

import java.io.Writer;

/** How rows are written. */
public enum OutputFormat {
    /** Aligned columns for people. */
    TABLE,
    /** RFC 4180 with a header line; NULL is an empty field, an empty text is {@code ""}. */
    CSV,
    /** One array of objects; decimals are strings, so that no reader rounds them. */
    JSON;

    /** A writer onto {@code out}, which is flushed at the end of the result and never closed. */
    public RowWriter writer(Writer out) {
        return switch (this) {
            case TABLE -> new AlignedWriter(out);
            case CSV -> new CsvWriter(out);
            case JSON -> new JsonWriter(out);
        };
    }
}
