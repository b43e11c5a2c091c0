package dev.sluice.clickhouse.server;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.Set;

/**
 * Makes one document of the documents that the engine streams: each has the header of its format, all but the first
 * lose it. Formats with more structure than a header cannot be streamed.
 */
final class RepeatedHeader {
    private static final Set<String> WITHOUT_HEADER = Set.of(
            "NATIVE",
            "ROWBINARY",
            "TABSEPARATED",
            "TSV",
            "TABSEPARATEDRAW",
            "TSVRAW",
            "CSV",
            "JSONEACHROW",
            "JSONLINES",
            "NDJSON",
            "JSONCOMPACTEACHROW",
            "JSONSTRINGSEACHROW",
            "LINEASSTRING",
            "MSGPACK");
    private static final int BINARY_LINES = -1;

    /** Header lines of text, {@link #BINARY_LINES} for names and types of RowBinary, -2 for names only. */
    private final int lines;

    private long headerBytes = -1;

    private RepeatedHeader(int lines) {
        this.lines = lines;
    }

    /** For the format of a statement; null when the format cannot be streamed. */
    static RepeatedHeader of(String format) {
        String name = format.toUpperCase(Locale.ROOT);
        if (WITHOUT_HEADER.contains(name)) {
            return new RepeatedHeader(0);
        }
        return switch (name) {
            case "ROWBINARYWITHNAMESANDTYPES" -> new RepeatedHeader(BINARY_LINES);
            case "ROWBINARYWITHNAMES" -> new RepeatedHeader(BINARY_LINES - 1);
            case "TSVWITHNAMES", "TABSEPARATEDWITHNAMES" -> new RepeatedHeader(1);
            case "TSVWITHNAMESANDTYPES", "TABSEPARATEDWITHNAMESANDTYPES" -> new RepeatedHeader(2);
            default -> null;
        };
    }

    /** Whether even an empty result has a header. */
    boolean exists() {
        return lines != 0;
    }

    /** The part of the next document that belongs into the result. */
    MemorySegment strip(MemorySegment document) {
        if (headerBytes < 0) {
            headerBytes = length(document);
            return document;
        }
        return document.asSlice(headerBytes);
    }

    private long length(MemorySegment document) {
        if (lines >= 0) {
            long position = 0;
            for (int i = 0; i < lines; i++) {
                while (document.get(ValueLayout.JAVA_BYTE, position++) != '\n') {}
            }
            return position;
        }
        long[] position = {0};
        long strings = unsignedVarint(document, position) * (lines == BINARY_LINES ? 2 : 1);
        for (long i = 0; i < strings; i++) {
            long length = unsignedVarint(document, position);
            position[0] += length;
        }
        return position[0];
    }

    private static long unsignedVarint(MemorySegment document, long[] position) {
        long value = 0;
        int shift = 0;
        byte b;
        do {
            b = document.get(ValueLayout.JAVA_BYTE, position[0]++);
            value |= (long) (b & 0x7F) << shift;
            shift += 7;
        } while (b < 0);
        return value;
    }
}
