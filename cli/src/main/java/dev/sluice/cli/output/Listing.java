package dev.sluice.cli.output;

import dev.sluice.trino.query.OutputFormat;
import dev.sluice.trino.query.RowWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Rows of a command's own making, written like those of a query. */
public final class Listing {
    private final List<RowWriter.Column> columns;
    private final List<Object[]> rows = new ArrayList<>();

    public Listing(RowWriter.Column... columns) {
        this.columns = List.of(columns);
    }

    /** A column of texts. */
    public static RowWriter.Column text(String name) {
        return new RowWriter.Column(name, "varchar");
    }

    /** A column of whole numbers. */
    public static RowWriter.Column number(String name) {
        return new RowWriter.Column(name, "bigint");
    }

    public void row(Object... values) {
        if (values.length != columns.size()) {
            throw new IllegalArgumentException(values.length + " values for " + columns.size() + " columns");
        }
        rows.add(values);
    }

    public void write(OutputFormat format, PrintWriter out) {
        try {
            RowWriter writer = format.writer(out);
            writer.begin(columns);
            for (Object[] row : rows) {
                writer.row(row);
            }
            writer.end(rows.size());
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
