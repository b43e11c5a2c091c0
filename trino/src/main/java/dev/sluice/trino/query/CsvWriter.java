package dev.sluice.trino.query;

import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import java.io.IOException;
import java.io.Writer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * RFC 4180: a header, lines ended by CR LF, fields in quotes where they hold a quote, a comma or a line end. NULL is an
 * empty field and an empty text is {@code ""}, so the two stay apart. Arrays, maps and rows are JSON texts.
 */
final class CsvWriter implements RowWriter {
    private final Writer out;
    private final de.siegmar.fastcsv.writer.CsvWriter csv;

    CsvWriter(Writer out) {
        this.out = out;
        // Not buffered once more: rows that were written are there when a query fails.
        this.csv = de.siegmar.fastcsv.writer.CsvWriter.builder()
                .quoteStrategy(QuoteStrategies.EMPTY)
                .lineDelimiter(LineDelimiter.CRLF)
                .bufferSize(0)
                .build(out);
    }

    @Override
    public void begin(List<Column> columns) {
        csv.writeRecord(columns.stream().map(Column::name).toList());
    }

    @Override
    public void row(@Nullable Object[] values) {
        csv.writeRecord(Arrays.stream(values).map(CsvWriter::field).toArray(String[]::new));
    }

    @Override
    public void end(long rows) throws IOException {
        out.flush();
    }

    @Override
    public void updated(@Nullable String what, long rows) throws IOException {
        csv.writeRecord("statement", "rows");
        csv.writeRecord(what, Long.toString(rows));
        out.flush();
    }

    private static @Nullable String field(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case List<?> list -> JsonWriter.text(list);
            case Map<?, ?> map -> JsonWriter.text(map);
            default -> value.toString();
        };
    }
}
