package dev.sluice.ingest.sink.column;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;

/**
 * Writes the values of one column of one file: PostgreSQL's binary form in, Parquet's out, no object per value. A
 * value that has no place in the Iceberg type never gets here, because {@link ColumnFits} has sorted it out; if one does,
 * it is E0401, and it is never rounded, clamped or nulled.
 */
public abstract class ColumnEncoder {
    /** {@code schema.table.column}, for errors. */
    protected final String name;

    private final ColumnDescriptor descriptor;
    private final int definitionLevel;
    private ColumnWriter writer;

    protected ColumnEncoder(String name, ColumnDescriptor descriptor) {
        this.name = name;
        this.descriptor = descriptor;
        this.definitionLevel = descriptor.getMaxDefinitionLevel();
    }

    /** A new row group begins. */
    public void bind(ColumnWriteStore store) {
        writer = store.getColumnWriter(descriptor);
    }

    /** Writes a value that is not NULL. The slice lies inside {@code bytes}. */
    public final void write(byte[] bytes, int offset, int length) {
        write(bytes, offset, length, 0);
    }

    abstract void write(byte[] bytes, int offset, int length, int repetition);

    /** Writes an SQL NULL. */
    public void writeNull() {
        if (definitionLevel == 0) {
            throw misfit("NULL in a key column");
        }
        writeNull(0, definitionLevel - 1);
    }

    void writeNull(int repetition, int level) {
        countNull();
        writer.writeNull(repetition, level);
    }

    /** Metrics that Parquet's footer cannot give: those of floating-point columns. */
    public Stream<FieldMetrics<?>> metrics() {
        return Stream.empty();
    }

    void countNull() {}

    final ColumnWriter writer() {
        return writer;
    }

    final int definitionLevel() {
        return definitionLevel;
    }

    /** @param misfit what {@link ColumnFits} says of the value */
    final void expect(String misfit) {
        if (misfit != null) {
            throw misfit(misfit);
        }
    }

    final void expectLength(int length, int expected) {
        if (length != expected) {
            throw misfit("a value of " + length + " bytes where " + expected + " are due");
        }
    }

    /** @param valueClass what kind of value, never the value itself */
    final SluiceException misfit(String valueClass) {
        return new SluiceException(
                ErrorCode.E0401,
                "column " + name + ": " + valueClass + " does not fit its lake type",
                "report this: such a value should have met the policy of its column (source.tables[].poison)");
    }
}
