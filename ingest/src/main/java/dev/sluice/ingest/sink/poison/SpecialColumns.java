package dev.sluice.ingest.sink.poison;

import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.spec.PoisonPolicy;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;

/**
 * The companion columns of a table: {@code <name>__special} holds PostgreSQL's text of a value that the column beside it
 * cannot hold, and is NULL otherwise. They come after the source's columns. One that a table has stays with it, whatever
 * the policy becomes: its rows may hold values there.
 */
public final class SpecialColumns {
    public static final String SUFFIX = "__special";

    private SpecialColumns() {}

    /** The table with the companions that the policies ask for. */
    public static SourceTable wanted(SourceTable source, List<PoisonPolicy> policies) {
        List<SourceColumn> columns = new ArrayList<>(source.columns());
        Set<String> taken = new HashSet<>();
        source.columns().forEach(column -> taken.add(column.name()));
        for (int i = 0; i < policies.size(); i++) {
            String name = source.columns().get(i).name() + SUFFIX;
            if (policies.get(i) != PoisonPolicy.TEXT
                    || !dev.sluice.ingest.sink.column.ColumnFits.mayMisfit(
                            source.columns().get(i).type())) {
                continue;
            }
            if (!taken.add(name)) {
                throw new SluiceException(
                        ErrorCode.E0402,
                        "table " + source.schema() + "." + source.name() + " has a column named " + name
                                + ", which is where policy text would write",
                        "choose another policy for the column, or exclude one of the two");
            }
            columns.add(companion(name));
        }
        return with(source, columns);
    }

    /** The table as it stands in the lake: with the companions that its schema has, in that order. */
    public static SourceTable inLake(SourceTable source, Schema lake) {
        List<SourceColumn> columns = new ArrayList<>(source.columns());
        for (int i = 0; i < lake.columns().size(); i++) {
            String name = lake.columns().get(i).name();
            if (isCompanion(source, name)) {
                columns.add(companion(name));
            }
        }
        return with(source, columns);
    }

    /** Whether a column of the lake is a companion of one of the source's, and not one of the source's itself. */
    public static boolean isCompanion(SourceTable source, String name) {
        return name.endsWith(SUFFIX)
                && has(source, name.substring(0, name.length() - SUFFIX.length()))
                && !has(source, name);
    }

    /** For each column of {@code shape}, the index of its companion; -1 where it has none. */
    static int[] companions(SourceTable shape, int sourceColumns) {
        int[] companions = new int[sourceColumns];
        for (int i = 0; i < sourceColumns; i++) {
            companions[i] = -1;
            for (int j = sourceColumns; j < shape.columns().size(); j++) {
                if (shape.columns().get(j).name().equals(shape.columns().get(i).name() + SUFFIX)) {
                    companions[i] = j;
                }
            }
        }
        return companions;
    }

    private static boolean has(SourceTable source, String name) {
        return source.columns().stream().anyMatch(column -> column.name().equals(name));
    }

    private static SourceColumn companion(String name) {
        return new SourceColumn(name, false, ColumnType.Scalar.TEXT);
    }

    private static SourceTable with(SourceTable source, List<SourceColumn> columns) {
        return new SourceTable(
                source.id(), source.schema(), source.name(), columns, source.keyColumns(), source.identityFull());
    }
}
