package dev.sluice.verify;

import dev.sluice.spec.sql.PostgresSql;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Reads a table by COPY in text format: the server's own output functions, blanks of char(n) included. Source:
 * PostgreSQL documentation, COPY, "Text Format".
 */
final class SourceScan {
    private static final byte[] EMPTY = new byte[0];

    private SourceScan() {}

    /** Hands all rows that the open transaction of {@code connection} sees to {@code rows}. */
    static void read(Connection connection, ComparedTable table, RowVisitor rows) {
        String columns = table.columns().stream()
                .map(column -> PostgresSql.identifier(column.name()))
                .collect(Collectors.joining(", "));
        String name = PostgresSql.qualified(table.spec().schema(), table.spec().name());
        String command =
                "copy (select " + columns + " from " + (table.partitioned() ? "" : "only ") + name + ") to stdout";
        try {
            CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(command);
            try {
                int width = table.columns().size();
                for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
                    rows.row(row(line, width));
                }
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        } catch (SQLException e) {
            throw SourceConnections.failure("the rows of " + table.spec().qualifiedName() + " could not be read", e);
        }
    }

    static byte[][] row(byte[] line, int width) {
        byte[][] row = new byte[width][];
        int start = 0;
        for (int column = 0; column < width; column++) {
            int end = start;
            boolean escaped = false;
            while (line[end] != '\t' && line[end] != '\n') {
                escaped |= line[end] == '\\';
                end++;
            }
            row[column] = value(line, start, end, escaped);
            start = end + 1;
        }
        return row;
    }

    private static byte @Nullable [] value(byte[] line, int start, int end, boolean escaped) {
        if (!escaped) {
            return start == end ? EMPTY : java.util.Arrays.copyOfRange(line, start, end);
        }
        if (end - start == 2 && line[start + 1] == 'N') {
            return null;
        }
        ByteArrayOutputStream value = new ByteArrayOutputStream(end - start);
        for (int i = start; i < end; i++) {
            if (line[i] == '\\') {
                i++;
                value.write(
                        switch (line[i]) {
                            case 'b' -> '\b';
                            case 'f' -> '\f';
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            case 't' -> '\t';
                            case 'v' -> 0x0B;
                            default -> line[i];
                        });
            } else {
                value.write(line[i]);
            }
        }
        return value.toByteArray();
    }
}
