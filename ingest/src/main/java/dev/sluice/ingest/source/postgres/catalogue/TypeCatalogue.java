package dev.sluice.ingest.source.postgres.catalogue;

import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Scalar;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Maps PostgreSQL types to those that Sluice carries. Domains are carried as their base type and enums as their label:
 * the server sends them in exactly those binary forms. Not thread-safe.
 */
final class TypeCatalogue {
    private static final int NUMERIC_HEADER_BYTES = 4;
    private static final int DECIMAL_PRECISION_MAX = 38;
    /** Bound on domains over domains. */
    private static final int DOMAIN_DEPTH_MAX = 32;

    private static final Map<String, ColumnType> BUILT_IN = Map.ofEntries(
            Map.entry("bool", Scalar.BOOLEAN),
            Map.entry("int2", Scalar.SMALLINT),
            Map.entry("int4", Scalar.INTEGER),
            Map.entry("int8", Scalar.BIGINT),
            Map.entry("float4", Scalar.REAL),
            Map.entry("float8", Scalar.DOUBLE),
            Map.entry("text", Scalar.TEXT),
            Map.entry("varchar", Scalar.TEXT),
            Map.entry("bpchar", Scalar.TEXT),
            Map.entry("name", Scalar.TEXT),
            Map.entry("json", Scalar.TEXT),
            Map.entry("jsonb", Scalar.JSONB),
            Map.entry("uuid", Scalar.UUID),
            Map.entry("date", Scalar.DATE),
            Map.entry("time", Scalar.TIME),
            Map.entry("timestamp", Scalar.TIMESTAMP),
            Map.entry("timestamptz", Scalar.TIMESTAMPTZ),
            Map.entry("bytea", Scalar.BYTEA));

    private record TypeRow(
            boolean builtIn,
            String name,
            String kind,
            int baseType,
            int baseModifier,
            int element,
            boolean trueArray) {}

    private final Connection connection;
    private final Map<Integer, TypeRow> rows = new HashMap<>();

    TypeCatalogue(Connection connection) {
        this.connection = connection;
    }

    /** The type that carries it, or empty when Sluice does not carry it. */
    Optional<ColumnType> columnType(int typeOid, int typeModifier) throws SQLException {
        return columnType(typeOid, typeModifier, true);
    }

    private Optional<ColumnType> columnType(int typeOid, int typeModifier, boolean arrayAllowed) throws SQLException {
        int oid = typeOid;
        int modifier = typeModifier;
        TypeRow row = row(oid);
        for (int depth = 0; row.kind.equals("d"); depth++) {
            if (depth == DOMAIN_DEPTH_MAX) {
                return Optional.empty();
            }
            modifier = row.baseModifier;
            oid = row.baseType;
            row = row(oid);
        }
        if (row.kind.equals("e")) {
            return Optional.of(Scalar.TEXT);
        }
        if (row.trueArray) {
            return arrayAllowed
                    ? columnType(row.element, modifier, false).map(ColumnType.Array::new)
                    : Optional.empty();
        }
        if (!row.builtIn) {
            return Optional.empty();
        }
        if (row.name.equals("numeric")) {
            return Optional.of(numeric(modifier));
        }
        return Optional.ofNullable(BUILT_IN.get(row.name));
    }

    /**
     * {@code numeric} by its modifier: precision in the upper 16 bits; scale in the lower 11, two's complement. Source:
     * PostgreSQL 15, {@code src/backend/utils/adt/numeric.c}.
     */
    static ColumnType numeric(int typeModifier) {
        if (typeModifier < NUMERIC_HEADER_BYTES) {
            return Scalar.NUMERIC_TEXT;
        }
        int packed = typeModifier - NUMERIC_HEADER_BYTES;
        int precision = packed >>> 16 & 0xFFFF;
        int scale = ((packed & 0x7FF) ^ 1024) - 1024;
        boolean fits = precision <= DECIMAL_PRECISION_MAX && scale >= 0 && scale <= precision;
        return fits ? new ColumnType.Numeric(precision, scale) : Scalar.NUMERIC_TEXT;
    }

    private TypeRow row(int typeOid) throws SQLException {
        TypeRow known = rows.get(typeOid);
        if (known != null) {
            return known;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                select n.nspname = 'pg_catalog', t.typname, t.typtype, t.typbasetype, t.typtypmod, t.typelem,
                       coalesce(e.typarray = t.oid, false)
                from pg_type t
                join pg_namespace n on n.oid = t.typnamespace
                left join pg_type e on e.oid = t.typelem
                where t.oid = ?
                """)) {
            statement.setLong(1, Integer.toUnsignedLong(typeOid));
            try (ResultSet result = statement.executeQuery()) {
                if (!result.next()) {
                    throw new SQLException("type " + Integer.toUnsignedLong(typeOid) + " vanished from pg_type");
                }
                TypeRow row = new TypeRow(
                        result.getBoolean(1),
                        result.getString(2),
                        result.getString(3),
                        (int) result.getLong(4),
                        result.getInt(5),
                        (int) result.getLong(6),
                        result.getBoolean(7));
                rows.put(typeOid, row);
                return row;
            }
        }
    }
}
