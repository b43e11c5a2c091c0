package dev.sluice.ingest.source.postgres.catalogue;

import dev.sluice.ingest.source.SourceProblems;
import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.sql.PostgresSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads one table after the other; what is wrong goes to the list of problems. Not thread-safe. */
final class TableReader {
    private record Relation(int oid, String kind, String persistence, String identity, boolean visible) {}

    private record Attribute(int number, SourceColumn column) {}

    private final Connection connection;
    private final TypeCatalogue types;
    private final SourceProblems problems;

    private final boolean excludeAtSource;

    /** @param excludeAtSource whether the publication has to name the columns that are carried */
    TableReader(Connection connection, TypeCatalogue types, SourceProblems problems, boolean excludeAtSource) {
        this.connection = connection;
        this.types = types;
        this.problems = problems;
        this.excludeAtSource = excludeAtSource;
    }

    /** The table, or empty when something about it is wrong. */
    Optional<SourceTable> read(TableSpec spec) throws SQLException {
        Optional<Relation> found = relation(spec);
        if (found.isEmpty()) {
            problems.add(ErrorCode.E0206, "table " + spec.qualifiedName() + " does not exist", "check source.tables");
            return Optional.empty();
        }
        Relation relation = found.get();
        if (!relation.visible) {
            problems.add(
                    ErrorCode.E0205,
                    "the role may not use the schema of " + spec.qualifiedName(),
                    "GRANT USAGE ON SCHEMA " + PostgresSql.identifier(spec.schema())
                            + " TO the role of source.postgres.user;");
            return Optional.empty();
        }
        if (!kindFits(spec, relation)) {
            return Optional.empty();
        }
        List<Attribute> attributes = attributes(spec, relation);
        List<Integer> key = key(spec, relation, attributes);
        if (attributes.isEmpty() || key.isEmpty()) {
            return Optional.empty();
        }
        List<SourceColumn> columns = attributes.stream().map(Attribute::column).toList();
        return Optional.of(new SourceTable(
                PostgresIds.table(relation.oid),
                spec.schema(),
                spec.name(),
                columns,
                key,
                relation.identity.equals("f"),
                Set.copyOf(spec.excludedColumns())));
    }

    private Optional<Relation> relation(TableSpec spec) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select c.oid, c.relkind, c.relpersistence, c.relreplident, has_schema_privilege(n.oid, 'usage')
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = ? and c.relname = ? and c.relkind in ('r', 'p', 'v', 'm', 'f')
                """)) {
            statement.setString(1, spec.schema());
            statement.setString(2, spec.name());
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new Relation(
                                (int) row.getLong(1),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getBoolean(5)))
                        : Optional.empty();
            }
        }
    }

    private boolean kindFits(TableSpec spec, Relation relation) {
        String what = switch (relation.kind) {
            case "p" -> "a partitioned table";
            case "v" -> "a view";
            case "m" -> "a materialized view";
            case "f" -> "a foreign table";
            default -> relation.persistence.equals("p") ? "" : "not a permanent (logged) table";
        };
        if (what.isEmpty()) {
            return true;
        }
        problems.add(
                ErrorCode.E0206,
                spec.qualifiedName() + " is " + what + "; only ordinary logged tables are replicated",
                relation.kind.equals("p")
                        ? "list its partitions in source.tables instead"
                        : "list the tables behind it in source.tables instead");
        return false;
    }

    private List<Attribute> attributes(TableSpec spec, Relation relation) throws SQLException {
        List<Attribute> attributes = new ArrayList<>();
        Set<String> excluded = new HashSet<>(spec.excludedColumns());
        Map<String, String> unsupported = new LinkedHashMap<>();
        boolean fit = true;
        try (PreparedStatement statement = connection.prepareStatement("""
                select a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated <> '',
                       format_type(a.atttypid, a.atttypmod), has_column_privilege(a.attrelid, a.attnum, 'select')
                from pg_attribute a
                where a.attrelid = ? and a.attnum > 0 and not a.attisdropped
                order by a.attnum
                """)) {
            statement.setLong(1, Integer.toUnsignedLong(relation.oid));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String name = row.getString(2);
                    if (excluded.remove(name) || row.getBoolean(6)) {
                        continue;
                    }
                    int typeOid = (int) row.getLong(3);
                    Optional<ColumnType> type = types.columnType(typeOid, row.getInt(4));
                    if (type.isEmpty()) {
                        unsupported.put(name, row.getString(7));
                        continue;
                    }
                    if (!row.getBoolean(8)) {
                        problems.add(
                                ErrorCode.E0205,
                                "the role may not read " + spec.qualifiedName() + "." + name,
                                "GRANT SELECT ON " + PostgresSql.qualified(spec.schema(), spec.name())
                                        + " TO the role of source.postgres.user;");
                        fit = false;
                        continue;
                    }
                    SourceColumn column = new SourceColumn(
                            name, row.getBoolean(5), type.get(), PostgresIds.type(typeOid, row.getInt(4)));
                    attributes.add(new Attribute(row.getInt(1), column));
                }
            }
        }
        refuse(spec, unsupported);
        // A column that is gone needs no excluding: the application may drop it at any time.
        return fit && unsupported.isEmpty() ? attributes : List.of();
    }

    /** @param unsupported types by column */
    private void refuse(TableSpec spec, Map<String, String> unsupported) {
        List<String> exclude = new ArrayList<>(spec.excludedColumns());
        exclude.addAll(unsupported.keySet());
        unsupported.forEach((column, type) -> problems.add(
                ErrorCode.E0406,
                spec.qualifiedName() + "." + column + " has the type " + type + ", which Sluice does not carry",
                "leave out what Sluice does not carry: source.tables: - {name: " + spec.qualifiedName() + ", exclude: ["
                        + String.join(", ", exclude) + "]}"));
    }

    /** Indexes of the key in the published columns, in the order of the index; empty when there is a problem. */
    private List<Integer> key(TableSpec spec, Relation relation, List<Attribute> attributes) throws SQLException {
        List<Integer> numbers = relation.identity.equals("n") ? List.of() : keyAttributes(relation);
        if (!identityFits(spec, relation, numbers)) {
            return List.of();
        }
        List<Integer> key = new ArrayList<>();
        for (int number : numbers) {
            int index = 0;
            while (index < attributes.size() && attributes.get(index).number != number) {
                index++;
            }
            if (index == attributes.size()) {
                // Nothing more to say when the columns have a problem already.
                if (!attributes.isEmpty()) {
                    problems.add(
                            ErrorCode.E0210,
                            spec.qualifiedName() + ": a column of the key is excluded",
                            "take the key out of exclude of this table in source.tables");
                }
                return List.of();
            }
            if (!keyColumnFits(spec, attributes.get(index).column)) {
                return List.of();
            }
            key.add(index);
        }
        return key;
    }

    private boolean identityFits(TableSpec spec, Relation relation, List<Integer> numbers) {
        String table = PostgresSql.qualified(spec.schema(), spec.name());
        if (numbers.isEmpty()) {
            problems.add(
                    ErrorCode.E0210,
                    spec.qualifiedName() + " has " + missingIdentity(relation),
                    "ALTER TABLE " + table + " ADD PRIMARY KEY (...); and ALTER TABLE " + table
                            + " REPLICA IDENTITY DEFAULT; or, with a unique index on columns that are NOT NULL,"
                            + " ALTER TABLE " + table + " REPLICA IDENTITY USING INDEX ...;");
            return false;
        }
        if (relation.identity.equals("f")
                && excludeAtSource
                && !spec.excludedColumns().isEmpty()) {
            problems.add(
                    ErrorCode.E0210,
                    spec.qualifiedName() + " has REPLICA IDENTITY FULL, and columns of it are excluded: the server"
                            + " would refuse every UPDATE and DELETE on it, because its identity holds all columns",
                    "set source.postgres.exclude-at: reader; or ALTER TABLE " + table + " REPLICA IDENTITY DEFAULT;");
            return false;
        }
        return true;
    }

    private boolean keyColumnFits(TableSpec spec, SourceColumn column) {
        if (column.type() != Scalar.REAL && column.type() != Scalar.DOUBLE) {
            return true;
        }
        problems.add(
                ErrorCode.E0210,
                spec.qualifiedName() + "." + column.name()
                        + " is a floating-point number in the key; the lake cannot identify rows by it",
                "choose another key with ALTER TABLE " + PostgresSql.qualified(spec.schema(), spec.name())
                        + " REPLICA IDENTITY USING INDEX ...;");
        return false;
    }

    private static String missingIdentity(Relation relation) {
        return switch (relation.identity) {
            case "n" -> "REPLICA IDENTITY NOTHING, so changed rows cannot be told apart";
            case "f" ->
                "REPLICA IDENTITY FULL but no primary key that is checked at once, so equal rows"
                        + " cannot be told apart";
            case "i" -> "REPLICA IDENTITY USING INDEX, but that index is gone";
            default -> "no primary key that is checked at once (DEFERRABLE keys do not count)";
        };
    }

    private List<Integer> keyAttributes(Relation relation) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select k.attnum
                from pg_index i cross join lateral unnest(i.indkey) with ordinality as k(attnum, position)
                where i.indrelid = ? and i.indisvalid and i.indimmediate and k.position <= i.indnkeyatts
                  and case when ? then i.indisreplident else i.indisprimary end
                order by k.position
                """)) {
            statement.setLong(1, Integer.toUnsignedLong(relation.oid));
            statement.setBoolean(2, relation.identity.equals("i"));
            try (ResultSet row = statement.executeQuery()) {
                List<Integer> numbers = new ArrayList<>();
                while (row.next()) {
                    numbers.add(row.getInt(1));
                }
                return numbers;
            }
        }
    }
}
