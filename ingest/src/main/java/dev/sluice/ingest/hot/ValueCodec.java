package dev.sluice.ingest.hot;

import dev.sluice.ingest.table.ColumnType;

/**
 * One type: from PostgreSQL's binary form to ClickHouse's RowBinary, without an object per value. Implementations hold
 * scratch memory; one writer owns them.
 */
interface ValueCodec {
    /** The ClickHouse type, spelled as {@code system.columns} spells it. */
    String type();

    /**
     * Appends a value.
     *
     * @return false, with nothing appended, when ClickHouse's type has no place for it (a date or time outside
     *     of 1900 to 2299, or infinite)
     */
    boolean write(byte[] bytes, int offset, int length, RowBinary out);

    /** Appends the value that stands in a deleted row. */
    void writeDefault(RowBinary out);

    /** Where the value that begins at {@code at} ends. */
    int skip(byte[] rowBinary, int at);

    /** Whether every value of the source type has a place. */
    boolean isTotal();

    static ValueCodec of(ColumnType type) {
        if (type instanceof ColumnType.Numeric numeric) {
            return new DecimalCodec(numeric.precision(), numeric.scale());
        }
        if (type instanceof ColumnType.Array array) {
            return new ArrayCodec(of(array.element()));
        }
        ColumnType.Scalar scalar = (ColumnType.Scalar) type;
        return scalar == ColumnType.Scalar.NUMERIC_TEXT ? new NumericTextCodec() : new ScalarCodec(scalar);
    }
}
