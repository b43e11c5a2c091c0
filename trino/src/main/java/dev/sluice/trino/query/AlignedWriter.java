package dev.sluice.trino.query;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Aligned columns: numbers to the right, all else to the left. Widths are those of the first {@value #SAMPLE_ROWS} rows;
 * a wider cell further down pushes its line to the right, so that no result has to fit into memory. Control characters
 * are shown as escapes: no value can drive the terminal.
 */
final class AlignedWriter implements RowWriter {
    static final int SAMPLE_ROWS = 500;

    private final Writer out;
    private final List<String[]> sample = new ArrayList<>();
    private List<Column> columns = List.of();
    private int @Nullable [] widths;

    AlignedWriter(Writer out) {
        this.out = out;
    }

    @Override
    public void begin(List<Column> columns) {
        this.columns = columns;
    }

    @Override
    public void row(@Nullable Object[] values) throws IOException {
        String[] cells = new String[values.length];
        for (int i = 0; i < values.length; i++) {
            cells[i] = cell(values[i]);
        }
        if (widths != null) {
            line(cells, widths);
            return;
        }
        sample.add(cells);
        if (sample.size() == SAMPLE_ROWS) {
            startPrinting();
        }
    }

    @Override
    public void end(long rows) throws IOException {
        if (widths == null) {
            startPrinting();
        }
        out.write(rows == 1 ? "(1 row)\n" : "(" + rows + " rows)\n");
        out.flush();
    }

    @Override
    public void updated(@Nullable String what, long rows) throws IOException {
        out.write(what == null ? "done" : what);
        out.write(rows == 0 ? "\n" : rows == 1 ? ": 1 row\n" : ": " + rows + " rows\n");
        out.flush();
    }

    private void startPrinting() throws IOException {
        String[] names = columns.stream().map(column -> escaped(column.name())).toArray(String[]::new);
        int[] fitting = new int[names.length];
        for (int i = 0; i < fitting.length; i++) {
            fitting[i] = TextWidth.of(names[i]);
            for (String[] cells : sample) {
                fitting[i] = Math.max(fitting[i], TextWidth.of(cells[i]));
            }
        }
        widths = fitting;
        line(names, fitting);
        StringBuilder rule = new StringBuilder();
        for (int i = 0; i < fitting.length; i++) {
            rule.append(i == 0 ? "-" : "-+-").repeat('-', fitting[i]);
        }
        out.write(rule.append("-\n").toString());
        for (String[] cells : sample) {
            line(cells, fitting);
        }
        sample.clear();
    }

    private void line(String[] cells, int[] fitting) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            int blanks = Math.max(0, fitting[i] - TextWidth.of(cells[i]));
            boolean right = columns.get(i).isNumber();
            line.append(i == 0 ? " " : " | ");
            line.repeat(' ', right ? blanks : 0).append(cells[i]).repeat(' ', right ? 0 : blanks);
        }
        out.write(line.toString().stripTrailing());
        out.write('\n');
    }

    private static String cell(@Nullable Object value) {
        return switch (value) {
            case null -> "NULL";
            case List<?> list -> escaped(JsonWriter.text(list));
            case Map<?, ?> map -> escaped(JsonWriter.text(map));
            default -> escaped(value.toString());
        };
    }

    private static String escaped(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        StringBuilder result = new StringBuilder(text.length() + 8);
        text.chars().forEach(c -> {
            switch (c) {
                case '\n' -> result.append("\\n");
                case '\r' -> result.append("\\r");
                case '\t' -> result.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        result.append(String.format("\\u%04x", c));
                    } else {
                        result.append((char) c);
                    }
                }
            }
        });
        return result.toString();
    }
}
