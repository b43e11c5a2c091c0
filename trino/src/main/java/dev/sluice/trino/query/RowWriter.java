package dev.sluice.trino.query;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the rows of one result, one after the other.
 *
 * <p>A value is null, a Boolean, a Long, a Double, a BigDecimal, a String (texts, dates, times, intervals and all else in
 * Trino's own words), a List (array or row without names) or a Map (map, or row by field names) of such values.
 */
public interface RowWriter {
    /** Drops everything. */
    RowWriter NONE = new RowWriter() {
        @Override
        public void begin(List<Column> columns) {}

        @Override
        public void row(@Nullable Object[] values) {}

        @Override
        public void end(long rows) {}

        @Override
        public void updated(@Nullable String what, long rows) {}
    };

    void begin(List<Column> columns) throws IOException;

    void row(@Nullable Object[] values) throws IOException;

    void end(long rows) throws IOException;

    /**
     * A statement ended that answers no rows.
     *
     * @param what Trino's name of it, such as {@code CREATE TABLE}; null where it has none
     */
    void updated(@Nullable String what, long rows) throws IOException;

    /**
     * A column of the result.
     *
     * @param type Trino's type, such as {@code decimal(12,2)}
     */
    record Column(String name, String type) {
        private static final Set<String> NUMBERS =
                Set.of("tinyint", "smallint", "integer", "bigint", "real", "double", "decimal");

        /** The type without its arguments. */
        String baseType() {
            int bracket = type.indexOf('(');
            return bracket < 0 ? type : type.substring(0, bracket);
        }

        boolean isNumber() {
            return NUMBERS.contains(baseType());
        }
    }
}
