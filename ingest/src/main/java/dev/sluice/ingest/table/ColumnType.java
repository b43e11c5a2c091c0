package dev.sluice.ingest.table;

import java.io.Serializable;

/** The types that Sluice carries, named after PostgreSQL's; each has one binary form, one Iceberg and one ClickHouse type. */
public sealed interface ColumnType extends Serializable {

    /** A type without parameters. */
    enum Scalar implements ColumnType {
        BOOLEAN,
        SMALLINT,
        INTEGER,
        BIGINT,
        REAL,
        DOUBLE,
        /** numeric without precision, or with one over 38: exact text. */
        NUMERIC_TEXT,
        /** text, varchar, char(n) with its blanks, json: the bytes are UTF-8. */
        TEXT,
        /** jsonb: a version byte, then UTF-8. */
        JSONB,
        UUID,
        DATE,
        TIME,
        TIMESTAMP,
        TIMESTAMPTZ,
        BYTEA
    }

    /** numeric(precision, scale) that fits Iceberg's decimal: 1 to 38 digits, 0 &lt;= scale &lt;= precision. */
    record Numeric(int precision, int scale) implements ColumnType {}

    /** One-dimensional array. */
    record Array(ColumnType element) implements ColumnType {}
}
