package dev.sluice.trino.model;

import dev.sluice.spec.sql.TrinoSql;
import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A statement about the rows of a model that a run checks before it publishes them. */
public sealed interface ModelTest {
    /**
     * An expression that counts the violations, for a query over the model's rows: an aggregate of them or a scalar
     * subquery. So one reading of the rows serves most tests of a model.
     *
     * @param rows what to read the model's rows from once more, ready for FROM
     * @param tables the same for any other table that the test names
     */
    String violations(String rows, Function<LakeTable, String> tables);

    /** The test as a front matter writes it. */
    String text();

    /** The other tables that the test reads. */
    default List<LakeTable> reads() {
        return List.of();
    }

    record NotNull(String column) implements ModelTest {
        @Override
        public String violations(String rows, Function<LakeTable, String> tables) {
            return "count_if(" + TrinoSql.identifier(column) + " IS NULL)";
        }

        @Override
        public String text() {
            return "not_null(" + column + ")";
        }
    }

    /** No two rows agree in all of the columns; rows with a NULL in them agree as GROUP BY sees it. */
    record Unique(List<String> columns) implements ModelTest {
        public Unique {
            columns = List.copyOf(columns);
        }

        @Override
        public String violations(String rows, Function<LakeTable, String> tables) {
            String list = columns.stream().map(TrinoSql::identifier).collect(Collectors.joining(", "));
            return "(SELECT count(*) FROM (SELECT 1 FROM " + rows + " GROUP BY " + list + " HAVING count(*) > 1))";
        }

        @Override
        public String text() {
            return "unique(" + String.join(", ", columns) + ")";
        }
    }

    /**
     * The column holds one of the values, or NULL.
     *
     * @param literals SQL literals, as written
     */
    record AcceptedValues(String column, List<String> literals) implements ModelTest {
        public AcceptedValues {
            literals = List.copyOf(literals);
        }

        @Override
        public String violations(String rows, Function<LakeTable, String> tables) {
            return "count_if(" + TrinoSql.identifier(column) + " NOT IN (" + String.join(", ", literals) + "))";
        }

        @Override
        public String text() {
            return "accepted_values(" + column + ", " + String.join(", ", literals) + ")";
        }
    }

    /** Every value of the column that is not NULL is in a column of another table. */
    record Relationship(String column, LakeTable other, String otherColumn) implements ModelTest {
        @Override
        public String violations(String rows, Function<LakeTable, String> tables) {
            return """
                    (SELECT count(*) FROM (SELECT %1$s AS value FROM %2$s) here
                    WHERE value IS NOT NULL
                      AND NOT EXISTS (SELECT 1 FROM (SELECT %3$s AS value FROM %4$s) there WHERE there.value = here.value))""".formatted(
                            TrinoSql.identifier(column), rows, TrinoSql.identifier(otherColumn), tables.apply(other));
        }

        @Override
        public String text() {
            return "relationship(" + column + ", " + other + ", " + otherColumn + ")";
        }

        @Override
        public List<LakeTable> reads() {
            return List.of(other);
        }
    }

    /** The model has exactly this many rows; the violation is the difference. */
    record RowCount(long rows) implements ModelTest {
        @Override
        public String violations(String from, Function<LakeTable, String> tables) {
            return "abs(count(*) - " + rows + ")";
        }

        @Override
        public String text() {
            return "row_count(" + rows + ")";
        }
    }

    /** The model has as many rows as another table; the violation is the difference. */
    record SameRowCount(LakeTable other) implements ModelTest {
        @Override
        public String violations(String rows, Function<LakeTable, String> tables) {
            return "abs(count(*) - (SELECT count(*) FROM " + tables.apply(other) + "))";
        }

        @Override
        public String text() {
            return "same_row_count(" + other + ")";
        }

        @Override
        public List<LakeTable> reads() {
            return List.of(other);
        }
    }
}
