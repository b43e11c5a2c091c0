package dev.sluice.trino.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A JSON array with one object per row, one row per line. Integers and floating-point numbers are numbers; decimals are
 * strings with all their digits; NaN and the infinities are strings, since JSON has no such numbers. A statement
 * without rows gives {@code {"statement": "CREATE TABLE", "rows": 0}}.
 */
final class JsonWriter implements RowWriter {
    private static final JsonFactory JSON =
            JsonFactory.builder().build().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    private final Writer out;
    private List<Column> columns = List.of();
    private @Nullable JsonGenerator generator;
    private boolean first = true;

    JsonWriter(Writer out) {
        this.out = out;
    }

    @Override
    public void begin(List<Column> columns) throws IOException {
        this.columns = columns;
        generator = generator(out);
        out.write('[');
    }

    @Override
    public void row(@Nullable Object[] values) throws IOException {
        out.write(first ? "\n" : ",\n");
        first = false;
        JsonGenerator rows = Objects.requireNonNull(generator, "begin() comes first");
        rows.writeStartObject();
        for (int i = 0; i < values.length; i++) {
            rows.writeFieldName(columns.get(i).name());
            write(rows, values[i]);
        }
        rows.writeEndObject();
        rows.flush();
    }

    @Override
    public void end(long rows) throws IOException {
        out.write("\n]\n");
        out.flush();
    }

    @Override
    public void updated(@Nullable String what, long rows) throws IOException {
        try (JsonGenerator object = generator(out)) {
            object.writeStartObject();
            object.writeStringField("statement", what);
            object.writeNumberField("rows", rows);
            object.writeEndObject();
        }
        out.write('\n');
        out.flush();
    }

    /** A value as JSON text; the other formats use it for arrays, maps and rows. */
    static String text(@Nullable Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = generator(text)) {
            write(generator, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Rows are flushed to {@code out} by hand: Jackson must neither put blanks between them nor hold them back. */
    private static JsonGenerator generator(Writer out) throws IOException {
        JsonGenerator generator = JSON.createGenerator(out);
        generator.setRootValueSeparator(null);
        generator.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
        return generator;
    }

    private static void write(JsonGenerator generator, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> generator.writeNull();
            case Boolean bool -> generator.writeBoolean(bool);
            case Long number -> generator.writeNumber(number);
            case Double number when Double.isFinite(number) -> generator.writeNumber(number);
            case BigDecimal decimal -> generator.writeString(decimal.toPlainString());
            case List<?> list -> {
                generator.writeStartArray();
                for (Object element : list) {
                    write(generator, element);
                }
                generator.writeEndArray();
            }
            case Map<?, ?> map -> {
                generator.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    generator.writeFieldName(entry.getKey().toString());
                    write(generator, entry.getValue());
                }
                generator.writeEndObject();
            }
            default -> generator.writeString(value.toString());
        }
    }
}
