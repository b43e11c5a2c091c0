package dev.sluice.ingest.sink.column;

import dev.sluice.ingest.row.BigEndian;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;

/** Encoders of types whose binary form has one length, and of plain bytes. */
final class Fixed {
    /** Days between 1970-01-01 and PostgreSQL's 2000-01-01. */
    static final int EPOCH_DAYS = 10_957;

    static final long EPOCH_MICROS = EPOCH_DAYS * 86_400_000_000L;

    private Fixed() {}

    static final class BooleanEncoder extends ColumnEncoder {
        BooleanEncoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expectLength(length, 1);
            writer().write(bytes[offset] != 0, repetition, definitionLevel());
        }
    }

    static final class Int16Encoder extends ColumnEncoder {
        Int16Encoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expectLength(length, 2);
            writer().write((int) BigEndian.int16(bytes, offset), repetition, definitionLevel());
        }
    }

    static final class Int32Encoder extends ColumnEncoder {
        Int32Encoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expectLength(length, 4);
            writer().write(BigEndian.int32(bytes, offset), repetition, definitionLevel());
        }
    }

    static final class Int64Encoder extends ColumnEncoder {
        Int64Encoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expectLength(length, 8);
            writer().write(BigEndian.int64(bytes, offset), repetition, definitionLevel());
        }
    }

    static final class DateEncoder extends ColumnEncoder {
        DateEncoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expect(ColumnFits.date(bytes, offset, length));
            writer().write(BigEndian.int32(bytes, offset) + EPOCH_DAYS, repetition, definitionLevel());
        }
    }

    static final class TimeEncoder extends ColumnEncoder {
        TimeEncoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expect(ColumnFits.time(bytes, offset, length));
            writer().write(BigEndian.int64(bytes, offset), repetition, definitionLevel());
        }
    }

    /** timestamp and timestamptz: both are microseconds since 2000-01-01 00:00, of the wall clock or of UTC. */
    static final class TimestampEncoder extends ColumnEncoder {
        TimestampEncoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expect(ColumnFits.timestamp(bytes, offset, length));
            writer().write(BigEndian.int64(bytes, offset) + EPOCH_MICROS, repetition, definitionLevel());
        }
    }

    static final class UuidEncoder extends ColumnEncoder {
        UuidEncoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expectLength(length, 16);
            writer().write(Binary.fromReusedByteArray(bytes, offset, length), repetition, definitionLevel());
        }
    }

    /** text and bytea. */
    static final class BytesEncoder extends ColumnEncoder {
        BytesEncoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            writer().write(Binary.fromReusedByteArray(bytes, offset, length), repetition, definitionLevel());
        }
    }

    static final class JsonbEncoder extends ColumnEncoder {
        JsonbEncoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expect(ColumnFits.jsonb(bytes, offset, length));
            writer().write(Binary.fromReusedByteArray(bytes, offset + 1, length - 1), repetition, definitionLevel());
        }
    }
}
