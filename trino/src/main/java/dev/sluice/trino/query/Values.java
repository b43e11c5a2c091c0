package dev.sluice.trino.query;

import io.trino.jdbc.Row;
import io.trino.jdbc.RowField;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From JDBC's objects to the few kinds of value that a {@link RowWriter} takes. */
final class Values {
    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral(' ')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .toFormatter(Locale.ROOT);

    private Values() {}

    /** Dates and times are taken as Trino's text: JDBC's own classes would shift them by the zone of this machine. */
    static @Nullable Object read(ResultSet rows, int index, RowWriter.Column column) throws SQLException {
        return switch (column.baseType()) {
            case "boolean",
                    "tinyint",
                    "smallint",
                    "integer",
                    "bigint",
                    "real",
                    "double",
                    "decimal",
                    "varbinary",
                    "array",
                    "map",
                    "row" -> plain(rows.getObject(index));
            default -> rows.getString(index);
        };
    }

    private static @Nullable Object plain(@Nullable Object value) throws SQLException {
        return switch (value) {
            case null -> null;
            case Boolean bool -> bool;
            case BigDecimal decimal -> decimal;
            // A real is shown by its own shortest digits, not by those of the double next to it.
            case Float real -> Double.valueOf(real.toString());
            case Double number -> number;
            case Number whole -> whole.longValue();
            // Inside of arrays, maps and rows the driver gives instants in the session's zone, which is UTC.
            case Timestamp timestamp ->
                LocalDateTime.ofInstant(timestamp.toInstant(), ZoneOffset.UTC).format(TIMESTAMP);
            case Date date -> utc(date.getTime()).toLocalDate().toString();
            case Time time -> utc(time.getTime()).toLocalTime().format(DateTimeFormatter.ISO_LOCAL_TIME);
            case byte[] bytes -> "0x" + HexFormat.of().formatHex(bytes);
            case Array array -> list(Arrays.asList((Object[]) array.getArray()));
            case List<?> list -> list(list);
            case Map<?, ?> map -> map(map);
            case Row row -> row(row);
            default -> value.toString();
        };
    }

    private static LocalDateTime utc(long epochMillis) {
        return LocalDateTime.ofInstant(Instant.ofEpochMilli(epochMillis), ZoneOffset.UTC);
    }

    private static List<@Nullable Object> list(List<?> values) throws SQLException {
        List<@Nullable Object> result = new ArrayList<>(values.size());
        for (Object value : values) {
            result.add(plain(value));
        }
        return result;
    }

    private static Map<String, @Nullable Object> map(Map<?, ?> values) throws SQLException {
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : values.entrySet()) {
            result.put(String.valueOf(plain(entry.getKey())), plain(entry.getValue()));
        }
        return result;
    }

    private static Object row(Row row) throws SQLException {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        List<@Nullable Object> unnamed = new ArrayList<>();
        for (RowField field : row.getFields()) {
            Object value = plain(field.getValue());
            unnamed.add(value);
            field.getName().ifPresent(name -> named.put(name, value));
        }
        return named.size() == unnamed.size() ? named : unnamed;
    }
}
