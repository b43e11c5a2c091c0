package dev.sluice.ingest.sink.column;

import dev.sluice.ingest.sink.row.BigEndian;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;

/** Encoders of types whose binary form has one length, and of plain bytes. */
final class Fixed {
    /** Days between 1970-01-01 and PostgreSQL's 2000-01-01. */
    static final int EPOCH_DAYS = 10_957;

    static final long EPOCH_MICROS = EPOCH_DAYS * 86_400_000_000L;
    private static final long DAY_MICROS = 86_400_000_000L;

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
            expectLength(length, 4);
            int days = BigEndian.int32(bytes, offset);
            if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
                throw misfit("an infinite date");
            }
            if (days > Integer.MAX_VALUE - EPOCH_DAYS) {
                throw misfit("a date beyond the range of days");
            }
            writer().write(days + EPOCH_DAYS, repetition, definitionLevel());
        }
    }

    static final class TimeEncoder extends ColumnEncoder {
        TimeEncoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expectLength(length, 8);
            long micros = BigEndian.int64(bytes, offset);
            if (micros < 0 || micros >= DAY_MICROS) {
                throw misfit(micros == DAY_MICROS ? "the time 24:00" : "a time outside of the day");
            }
            writer().write(micros, repetition, definitionLevel());
        }
    }

    /** timestamp and timestamptz: both are microseconds since 2000-01-01 00:00, of the wall clock or of UTC. */
    static final class TimestampEncoder extends ColumnEncoder {
        TimestampEncoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expectLength(length, 8);
            long micros = BigEndian.int64(bytes, offset);
            if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
                throw misfit("an infinite timestamp");
            }
            if (micros > Long.MAX_VALUE - EPOCH_MICROS) {
                throw misfit("a timestamp beyond the range of 64-bit microseconds");
            }
            writer().write(micros + EPOCH_MICROS, repetition, definitionLevel());
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
        private static final byte VERSION = 1;

        JsonbEncoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            if (length < 1 || bytes[offset] != VERSION) {
                throw misfit("jsonb of an unknown version");
            }
            writer().write(Binary.fromReusedByteArray(bytes, offset + 1, length - 1), repetition, definitionLevel());
        }
    }
}
