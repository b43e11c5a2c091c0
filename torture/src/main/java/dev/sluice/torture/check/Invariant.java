package dev.sluice.torture.check;

import java.util.List;

/** The sum of a column over several tables is the same at every position. */
public record Invariant(List<String> tables, String column, long total) {
    public Invariant {
        tables = List.copyOf(tables);
    }

    String columnOf(String table) {
        return tables.contains(table) ? column : "";
    }
}
