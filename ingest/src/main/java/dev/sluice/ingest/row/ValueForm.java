package dev.sluice.ingest.row;

import dev.sluice.ingest.table.ColumnType;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One value in {@link RowForm}, from the Java value that Iceberg's generic readers return for its type. It has one form
 * only, so that equal values of a key have equal bytes, whatever source or reader they come from. Specified, with golden
 * vectors, in {@code docs/reference/row-form.md}.
 */
public final class ValueForm {
    private static final LocalDate EPOCH_DATE = LocalDate.of(2000, 1, 1);
    private static final LocalDateTime EPOCH = EPOCH_DATE.atStartOfDay();
    private static final byte JSONB_VERSION = 1;
    private static final int NUMERIC_NEGATIVE = 0x4000;
    /** What PostgreSQL says of a number that has no digits at all; keys are compared by their bytes. */
    private static final int INFINITE_SCALE = 32;

    private ValueForm() {}

    /** The bytes of a value that is not null. */
    public static byte[] of(ColumnType type, Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        if (type instanceof ColumnType.Array array) {
            writeArray(out, array.element(), (List<?>) value);
        } else if (type instanceof ColumnType.Numeric) {
            writeNumeric(out, (BigDecimal) value);
        } else {
            writeScalar(out, (ColumnType.Scalar) type, value);
        }
        return bytes.toByteArray();
    }

    private static void writeScalar(DataOutputStream out, ColumnType.Scalar type, Object value) throws IOException {
        switch (type) {
            case BOOLEAN -> out.writeByte((Boolean) value ? 1 : 0);
            case SMALLINT -> out.writeShort((Integer) value);
            case INTEGER -> out.writeInt((Integer) value);
            case BIGINT -> out.writeLong((Long) value);
            case REAL -> out.writeInt(Float.floatToRawIntBits((Float) value));
            case DOUBLE -> out.writeLong(Double.doubleToRawLongBits((Double) value));
            case NUMERIC_TEXT -> writeNumericText(out, (String) value);
            case TEXT -> out.write(((String) value).getBytes(StandardCharsets.UTF_8));
            case JSONB -> {
                out.writeByte(JSONB_VERSION);
                out.write(((String) value).getBytes(StandardCharsets.UTF_8));
            }
            case UUID -> {
                out.writeLong(((UUID) value).getMostSignificantBits());
                out.writeLong(((UUID) value).getLeastSignificantBits());
            }
            case DATE -> out.writeInt((int) ChronoUnit.DAYS.between(EPOCH_DATE, (LocalDate) value));
            case TIME -> out.writeLong(ChronoUnit.MICROS.between(LocalTime.MIDNIGHT, (LocalTime) value));
            case TIMESTAMP -> out.writeLong(ChronoUnit.MICROS.between(EPOCH, (LocalDateTime) value));
            case TIMESTAMPTZ ->
                out.writeLong(ChronoUnit.MICROS.between(EPOCH.atOffset(ZoneOffset.UTC), (OffsetDateTime) value));
            case BYTEA -> {
                ByteBuffer buffer = ((ByteBuffer) value).duplicate();
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                out.write(bytes);
            }
        }
    }

    /** The element type is left 0: our array encoder knows it from the column. */
    private static void writeArray(DataOutputStream out, ColumnType element, List<?> values) throws IOException {
        out.writeInt(values.isEmpty() ? 0 : 1);
        out.writeInt(values.stream().anyMatch(java.util.Objects::isNull) ? 1 : 0);
        out.writeInt(0);
        if (values.isEmpty()) {
            return;
        }
        out.writeInt(values.size());
        out.writeInt(1);
        for (Object value : values) {
            if (value == null) {
                out.writeInt(RowForm.NULL);
                continue;
            }
            byte[] bytes = of(element, value);
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    private static void writeNumericText(DataOutputStream out, String text) throws IOException {
        switch (text) {
            case "NaN" -> writeHeader(out, 0, 0, 0xC000, 0);
            case "Infinity" -> writeHeader(out, 0, 0, 0xD000, INFINITE_SCALE);
            case "-Infinity" -> writeHeader(out, 0, 0, 0xF000, INFINITE_SCALE);
            default -> writeNumeric(out, new BigDecimal(text));
        }
    }

    private static void writeNumeric(DataOutputStream out, BigDecimal value) throws IOException {
        BigDecimal plain = value.scale() < 0 ? value.setScale(0) : value;
        int groupsAfterPoint = (plain.scale() + 3) / 4;
        BigInteger rest = plain.abs().setScale(groupsAfterPoint * 4).unscaledValue();
        List<Integer> digits = new ArrayList<>();
        BigInteger base = BigInteger.valueOf(10_000);
        int trailing = 0;
        while (rest.signum() != 0) {
            BigInteger[] parts = rest.divideAndRemainder(base);
            if (digits.isEmpty() && parts[1].signum() == 0) {
                trailing++;
            } else {
                digits.add(parts[1].intValue());
            }
            rest = parts[0];
        }
        int weight = digits.isEmpty() ? 0 : digits.size() + trailing - groupsAfterPoint - 1;
        writeHeader(out, digits.size(), weight, value.signum() < 0 ? NUMERIC_NEGATIVE : 0, plain.scale());
        for (int i = digits.size() - 1; i >= 0; i--) {
            out.writeShort(digits.get(i));
        }
    }

    private static void writeHeader(DataOutputStream out, int digits, int weight, int sign, int scale)
            throws IOException {
        out.writeShort(digits);
        out.writeShort(weight);
        out.writeShort(sign);
        out.writeShort(scale);
    }
}
