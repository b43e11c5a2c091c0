package dev.sluice.ingest.sink.column;

import dev.sluice.ingest.row.BigEndian;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.column.ColumnDescriptor;

/** real and double precision, with the bounds and NaN counts that Parquet's footer leaves out when there is a NaN. */
abstract class Floating extends ColumnEncoder {
    final int fieldId;
    long values;
    long nulls;
    long nans;
    double lower = Double.POSITIVE_INFINITY;
    double upper = Double.NEGATIVE_INFINITY;

    Floating(String name, ColumnDescriptor descriptor, int fieldId) {
        super(name, descriptor);
        this.fieldId = fieldId;
    }

    @Override
    void countNull() {
        nulls++;
    }

    final void count(double value) {
        values++;
        if (Double.isNaN(value)) {
            nans++;
            return;
        }
        if (Double.compare(value, lower) < 0 || values - nans == 1) {
            lower = value;
        }
        if (Double.compare(value, upper) > 0 || values - nans == 1) {
            upper = value;
        }
    }

    final boolean hasBounds() {
        return values > nans;
    }

    static final class RealEncoder extends Floating {
        RealEncoder(String name, ColumnDescriptor descriptor, int fieldId) {
            super(name, descriptor, fieldId);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expectLength(length, 4);
            float value = Float.intBitsToFloat(BigEndian.int32(bytes, offset));
            count(value);
            writer().write(value, repetition, definitionLevel());
        }

        @Override
        public Stream<FieldMetrics<?>> metrics() {
            return Stream.of(new FieldMetrics<>(
                    fieldId,
                    values + nulls,
                    nulls,
                    nans,
                    hasBounds() ? (Float) (float) lower : null,
                    hasBounds() ? (Float) (float) upper : null));
        }
    }

    static final class DoubleEncoder extends Floating {
        DoubleEncoder(String name, ColumnDescriptor descriptor, int fieldId) {
            super(name, descriptor, fieldId);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expectLength(length, 8);
            double value = Double.longBitsToDouble(BigEndian.int64(bytes, offset));
            count(value);
            writer().write(value, repetition, definitionLevel());
        }

        @Override
        public Stream<FieldMetrics<?>> metrics() {
            return Stream.of(new FieldMetrics<>(
                    fieldId,
                    values + nulls,
                    nulls,
                    nans,
                    hasBounds() ? (Double) lower : null,
                    hasBounds() ? (Double) upper : null));
        }
    }
}
