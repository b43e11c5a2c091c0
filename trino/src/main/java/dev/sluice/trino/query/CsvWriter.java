package dev.sluice.trino.query;

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

    CsvWriter(Writer out) {
        this.out = out;
    }

    @Override
    public void begin(List<Column> columns) throws IOException {
        line(columns.stream().map(Column::name).toList());
    }

    @Override
    public void row(@Nullable Object[] values) throws IOException {
        line(Arrays.asList(values));
    }

    @Override
    public void end(long rows) throws IOException {
        out.flush();
    }

    @Override
    public void updated(@Nullable String what, long rows) throws IOException {
        line(List.of("statement", "rows"));
        line(Arrays.asList(what, rows));
        out.flush();
    }

    private void line(List<? extends @Nullable Object> values) throws IOException {
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            Object value = values.get(i);
            if (value != null) {
                field(
                        value instanceof List<?> || value instanceof Map<?, ?>
                                ? JsonWriter.text(value)
                                : value.toString());
            }
        }
        out.write("\r\n");
    }

    private void field(String text) throws IOException {
        boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> c == '"' || c == ',' || c == '\r' || c == '\n');
        if (plain) {
            out.write(text);
            return;
        }
        out.write('"');
        out.write(text.replace("\"", "\"\""));
        out.write('"');
    }
}
