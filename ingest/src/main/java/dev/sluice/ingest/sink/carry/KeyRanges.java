package dev.sluice.ingest.sink.carry;

import dev.sluice.ingest.row.BigEndian;
import dev.sluice.ingest.row.KeyBytes;
import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.SourceTable;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Comparators;

/** Narrows a scan to keys that are wanted: to the keys themselves while they are few, then to the range of each column. */
final class KeyRanges {
    private static final int VALUES_MAX = 1_000;

    private final SourceTable source;
    private final List<Comparator<Object>> comparators;
    /** By key column; null for a type that cannot be filtered, or when there are too many. */
    private final Set<Object>[] values;

    private final Object[] lowest;
    private final Object[] highest;

    @SuppressWarnings("unchecked")
    KeyRanges(SourceTable source, Schema schema) {
        this.source = source;
        int keys = source.keyColumns().size();
        this.values = new Set[keys];
        this.lowest = new Object[keys];
        this.highest = new Object[keys];
        this.comparators = source.keyColumns().stream()
                .map(column -> Comparators.<Object>forType(
                        schema.columns().get(column).type().asPrimitiveType()))
                .toList();
        for (int i = 0; i < keys; i++) {
            values[i] = new HashSet<>();
        }
    }

    void add(byte[] key) {
        for (int i = 0; i < lowest.length; i++) {
            int offset = KeyBytes.offsetOf(key, i);
            Optional<Object> found = filterValue(
                    source.columns().get(source.keyColumns().get(i)).type(),
                    key,
                    offset,
                    KeyBytes.lengthBefore(key, offset));
            if (found.isEmpty()) {
                continue;
            }
            Object value = found.get();
            Comparator<Object> order = comparators.get(i);
            lowest[i] = lowest[i] == null || order.compare(value, lowest[i]) < 0 ? value : lowest[i];
            highest[i] = highest[i] == null || order.compare(value, highest[i]) > 0 ? value : highest[i];
            if (values[i] != null && values[i].add(value) && values[i].size() > VALUES_MAX) {
                values[i] = null;
            }
        }
    }

    /** A superset of the keys. */
    Expression filter() {
        Expression filter = Expressions.alwaysTrue();
        for (int i = 0; i < lowest.length; i++) {
            String column = source.columns().get(source.keyColumns().get(i)).name();
            if (lowest[i] == null) {
                continue;
            }
            filter = Expressions.and(
                    filter,
                    values[i] != null
                            ? Expressions.in(column, values[i].toArray())
                            : Expressions.and(
                                    Expressions.greaterThanOrEqual(column, lowest[i]),
                                    Expressions.lessThanOrEqual(column, highest[i])));
        }
        return filter;
    }

    /** The value of a key column for a filter on the lake; empty for types that are not worth one. */
    private static Optional<Object> filterValue(ColumnType type, byte[] bytes, int offset, int length) {
        if (!(type instanceof ColumnType.Scalar scalar)) {
            return Optional.empty();
        }
        return switch (scalar) {
            case SMALLINT -> Optional.of((int) BigEndian.int16(bytes, offset));
            case INTEGER -> Optional.of(BigEndian.int32(bytes, offset));
            case BIGINT -> Optional.of(BigEndian.int64(bytes, offset));
            case TEXT -> Optional.of(new String(bytes, offset, length, StandardCharsets.UTF_8));
            case UUID -> Optional.of(new UUID(BigEndian.int64(bytes, offset), BigEndian.int64(bytes, offset + 8)));
            case BOOLEAN, REAL, DOUBLE, NUMERIC_TEXT, JSONB, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, BYTEA ->
                Optional.empty();
        };
    }
}
