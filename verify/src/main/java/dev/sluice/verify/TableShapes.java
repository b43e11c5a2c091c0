package dev.sluice.verify;

import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.verify.ComparedTable.Column;
import dev.sluice.verify.ComparedTable.Relation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads from PostgreSQL's catalog what a table looks like, and says which Iceberg type each column must have. */
public final class TableShapes {
    private static final int MAX_DECIMAL_DIGITS = 38;

    private static final String COLUMNS = """
            with recursive base(attnum, oid, typmod) as (
                select a.attnum, a.atttypid, a.atttypmod
                from pg_attribute a
                where a.attrelid = cast(? as oid) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                union all
                select b.attnum, t.typbasetype, case when t.typtypmod >= 0 then t.typtypmod else b.typmod end
                from base b join pg_type t on t.oid = b.oid
                where t.typtype = 'd')
            select a.attname, t.typname, e.typname as element, b.typmod
            from base b
            join pg_attribute a on a.attrelid = cast(? as oid) and a.attnum = b.attnum
            join pg_type t on t.oid = b.oid and t.typtype <> 'd'
            left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
            order by b.attnum
            """;

    private static final String KEY = """
            select a.attname
            from pg_class c
            join pg_index i on i.indrelid = c.oid
            cross join unnest(i.indkey) with ordinality as k(attnum, position)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
            where c.oid = cast(? as oid) and position <= i.indnkeyatts
                and case c.relreplident when 'i' then i.indisreplident when 'n' then false else i.indisprimary end
            order by position
            """;

    /** Inheritance other than that of partitions makes no part of a table. */
    private static final String RELATIONS = """
            with recursive tree(oid) as (
                select cast(? as oid)
                union all
                select i.inhrelid from tree t join pg_inherits i on i.inhparent = t.oid
                join pg_class c on c.oid = i.inhrelid and c.relispartition)
            select n.nspname, c.relname, coalesce(pg_relation_filenode(c.oid), 0) as file
            from tree join pg_class c on c.oid = tree.oid join pg_namespace n on n.oid = c.relnamespace
            """;

    private TableShapes() {}

    /** @throws SluiceException E1202 when there is no such table or nothing identifies its rows */
    public static ComparedTable read(Connection connection, TableSpec spec) throws SQLException {
        long oid;
        boolean partitioned;
        try (PreparedStatement statement = connection.prepareStatement("""
                select c.oid, c.relkind = 'p' from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = ? and c.relname = ? and c.relkind in ('r', 'p')
                """)) {
            statement.setString(1, spec.schema());
            statement.setString(2, spec.name());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw notPossible("the source has no table " + spec.qualifiedName(), "correct sluice.yaml");
                }
                oid = row.getLong(1);
                partitioned = row.getBoolean(2);
            }
        }
        List<Column> columns = columns(connection, oid, spec);
        return new ComparedTable(
                spec, oid, relations(connection, oid), partitioned, columns, key(connection, oid, spec, columns));
    }

    private static Map<Relation, Long> relations(Connection connection, long oid) throws SQLException {
        Map<Relation, Long> relations = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(RELATIONS)) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    relations.put(new Relation(row.getString(1), row.getString(2)), row.getLong(3));
                }
            }
        }
        return relations;
    }

    private static List<Column> columns(Connection connection, long oid, TableSpec spec) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setLong(1, oid);
            statement.setLong(2, oid);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    if (!spec.excludedColumns().contains(row.getString("attname"))) {
                        columns.add(new Column(row.getString("attname"), lakeType(row)));
                    }
                }
            }
        }
        return columns;
    }

    private static String lakeType(ResultSet row) throws SQLException {
        String element = row.getString("element");
        int modifier = row.getInt("typmod");
        return element == null
                ? scalarType(row.getString("typname"), modifier)
                : "list<" + scalarType(element, modifier) + ">";
    }

    private static String scalarType(String type, int modifier) {
        return switch (type) {
            case "bool" -> "boolean";
            case "int2", "int4" -> "int";
            case "int8", "oid", "xid", "cid" -> "long";
            case "float4" -> "float";
            case "float8" -> "double";
            case "numeric" -> numericType(modifier);
            case "uuid" -> "uuid";
            case "date" -> "date";
            case "time" -> "time";
            case "timestamp" -> "timestamp";
            case "timestamptz" -> "timestamptz";
            case "bytea" -> "binary";
            default -> "string";
        };
    }

    /** The modifier holds precision and an 11-bit signed scale, plus 4. Source: PostgreSQL's numeric type modifiers. */
    private static String numericType(int modifier) {
        if (modifier < 0) {
            return "string";
        }
        int precision = modifier - 4 >> 16 & 0xFFFF;
        int scale = ((modifier - 4 & 0x7FF) ^ 1024) - 1024;
        return precision <= MAX_DECIMAL_DIGITS && scale >= 0 && scale <= precision
                ? "decimal(" + precision + ", " + scale + ")"
                : "string";
    }

    private static int[] key(Connection connection, long oid, TableSpec spec, List<Column> columns)
            throws SQLException {
        List<Integer> key = new ArrayList<>();
        List<String> names = columns.stream().map(Column::name).toList();
        try (PreparedStatement statement = connection.prepareStatement(KEY)) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    int index = names.indexOf(row.getString(1));
                    if (index < 0) {
                        throw notPossible(
                                "the key column " + row.getString(1) + " of " + spec.qualifiedName() + " is excluded",
                                "take it out of the excluded columns");
                    }
                    key.add(index);
                }
            }
        }
        if (key.isEmpty()) {
            throw notPossible(
                    "nothing identifies a row of " + spec.qualifiedName(),
                    "give the table a primary key and a replica identity");
        }
        return key.stream().mapToInt(Integer::intValue).toArray();
    }

    private static SluiceException notPossible(String reason, String fix) {
        return new SluiceException(ErrorCode.E1202, reason, fix);
    }
}
