package dev.sluice.ingest.sink;

import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.table.ColumnType;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** Writes values as PostgreSQL's send functions do, from their definition and not from our decoder. */
final class PostgresBinary {
    /** Stands for a TOAST value that was not sent again. */
    static final Object UNCHANGED = new Object();

    private static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);

    private PostgresBinary() {}

    /** A row; a value may be null, {@link #UNCHANGED}, or bytes that are taken as they are. */
    static byte[] row(List<ColumnType> types, List<?> values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeShort(types.size());
            for (int i = 0; i < types.size(); i++) {
                field(out, types.get(i), values.get(i));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    private static void field(DataOutputStream out, ColumnType type, Object value) throws IOException {
        if (value == null || value == UNCHANGED) {
            out.writeInt(value == null ? RowForm.NULL : RowForm.UNCHANGED);
            return;
        }
        byte[] bytes = value instanceof byte[] raw ? raw : value(type, value);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static byte[] value(ColumnType type, Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        if (type instanceof ColumnType.Array array) {
            array(out, array, (List<?>) value);
        } else if (type instanceof ColumnType.Numeric) {
            return numeric((BigDecimal) value);
        } else {
            scalar(out, (ColumnType.Scalar) type, value);
        }
        return bytes.toByteArray();
    }

    private static void scalar(DataOutputStream out, ColumnType.Scalar type, Object value) throws IOException {
        switch (type) {
            case BOOLEAN -> out.writeByte((Boolean) value ? 1 : 0);
            case SMALLINT -> out.writeShort((Integer) value);
            case INTEGER -> out.writeInt((Integer) value);
            case BIGINT -> out.writeLong((Long) value);
            case REAL -> out.writeInt(Float.floatToRawIntBits((Float) value));
            case DOUBLE -> out.writeLong(Double.doubleToRawLongBits((Double) value));
            case NUMERIC_TEXT -> out.write(numeric(new BigDecimal((String) value)));
            case TEXT -> out.write(((String) value).getBytes(StandardCharsets.UTF_8));
            case JSONB -> {
                out.writeByte(1);
                out.write(((String) value).getBytes(StandardCharsets.UTF_8));
            }
            case UUID -> {
                out.writeLong(((UUID) value).getMostSignificantBits());
                out.writeLong(((UUID) value).getLeastSignificantBits());
            }
            case DATE -> out.writeInt((int) ChronoUnit.DAYS.between(EPOCH, (LocalDate) value));
            case TIME -> out.writeLong(((LocalTime) value).toNanoOfDay() / 1000);
            case TIMESTAMP -> out.writeLong(ChronoUnit.MICROS.between(EPOCH.atStartOfDay(), (LocalDateTime) value));
            case TIMESTAMPTZ ->
                out.writeLong(ChronoUnit.MICROS.between(
                        EPOCH.atStartOfDay().atOffset(ZoneOffset.UTC), (OffsetDateTime) value));
            case BYTEA -> out.write(((java.nio.ByteBuffer) value).array());
        }
    }

    private static void array(DataOutputStream out, ColumnType.Array type, List<?> values) throws IOException {
        out.writeInt(values.isEmpty() ? 0 : 1);
        out.writeInt(values.stream().anyMatch(Objects::isNull) ? 1 : 0);
        out.writeInt(25);
        if (values.isEmpty()) {
            return;
        }
        out.writeInt(values.size());
        out.writeInt(1);
        for (Object value : values) {
            field(out, type.element(), value);
        }
    }

    /** Digits to the base of 10,000 without leading and trailing zero digits, as PostgreSQL keeps them. */
    static byte[] numeric(BigDecimal value) throws IOException {
        int scale = Math.max(value.scale(), 0);
        int groups = (scale + 3) / 4;
        BigInteger rest = value.abs().setScale(groups * 4).unscaledValue();
        List<Integer> digits = new ArrayList<>();
        BigInteger base = BigInteger.valueOf(10_000);
        while (rest.signum() != 0) {
            BigInteger[] parts = rest.divideAndRemainder(base);
            digits.add(0, parts[1].intValue());
            rest = parts[0];
        }
        int weight = digits.isEmpty() ? 0 : digits.size() - groups - 1;
        while (!digits.isEmpty() && digits.get(digits.size() - 1) == 0) {
            digits.remove(digits.size() - 1);
        }
        return numeric(weight, value.signum() < 0 ? 0x4000 : 0, scale, digits);
    }

    static byte[] numeric(int weight, int sign, int displayScale, List<Integer> digits) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeShort(digits.size());
        out.writeShort(weight);
        out.writeShort(sign);
        out.writeShort(displayScale);
        for (int digit : digits) {
            out.writeShort(digit);
        }
        return bytes.toByteArray();
    }
}
