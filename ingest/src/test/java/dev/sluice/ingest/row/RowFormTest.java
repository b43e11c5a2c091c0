package dev.sluice.ingest.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.row.GoldenVectors.Vector;
import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Scalar;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class RowFormTest {
    private static final HexFormat HEX = HexFormat.of();
    /** Where an array names the type of its elements, which readers ignore. */
    private static final int ELEMENT_TYPE_AT = 8;

    @TestFactory
    List<DynamicTest> valuesHaveTheBytesThatTheSpecificationSays() {
        return GoldenVectors.read().stream()
                .map(vector -> DynamicTest.dynamicTest(vector.postgresType() + " " + vector.value(), () -> {
                    byte[] expected = HEX.parseHex(vector.hex());
                    if (vector.type() instanceof ColumnType.Array) {
                        Arrays.fill(expected, ELEMENT_TYPE_AT, ELEMENT_TYPE_AT + 4, (byte) 0);
                    }
                    assertThat(HEX.formatHex(ValueForm.of(vector.type(), value(vector.type(), vector.value()))))
                            .isEqualTo(HEX.formatHex(expected));
                }))
                .toList();
    }

    @Test
    void everyTypeHasAVector() {
        Set<ColumnType> types = GoldenVectors.read().stream().map(Vector::type).collect(Collectors.toSet());
        assertThat(types).containsAll(EnumSet.allOf(Scalar.class));
        assertThat(types).hasAtLeastOneElementOfType(ColumnType.Numeric.class);
        assertThat(types).hasAtLeastOneElementOfType(ColumnType.Array.class);
    }

    @Test
    void whatTheBuilderWritesTheCursorReads() {
        RowBuilder rows = new RowBuilder(List.of(Scalar.INTEGER, Scalar.TEXT, new ColumnType.Numeric(9, 2)));
        int first = rows.add(Arrays.asList(7, "grün", new BigDecimal("1.50")));
        int second = rows.add(Arrays.asList(8, RowBuilder.UNCHANGED, null));
        assertThat(second).isPositive();

        RowCursor row = new RowCursor("t", 3).moveTo(rows.toBytes(), first);
        assertThat(BigEndian.int32(row.bytes(0), row.offset(0))).isEqualTo(7);
        assertThat(row.length(1)).isEqualTo(5);
        row.moveTo(rows.toBytes(), second);
        assertThat(row.isUnchanged(1)).isTrue();
        assertThat(row.length(2)).isEqualTo(RowForm.NULL);
        assertThat(second + row.size()).isEqualTo(rows.size());

        rows.clear();
        assertThat(rows.size()).isZero();
        assertThatThrownBy(() -> rows.add(List.of(1))).hasMessageContaining("1 values for 3 columns");
    }

    @Test
    void aNumberWithoutDigitsBeforeItsScaleIsTheSameNumber() throws IOException {
        assertThat(ValueForm.of(new ColumnType.Numeric(9, 0), new BigDecimal("12E3")))
                .isEqualTo(ValueForm.of(new ColumnType.Numeric(9, 0), new BigDecimal("12000")));
    }

    private static Object value(ColumnType type, String text) {
        return switch (type) {
            case ColumnType.Numeric numeric -> new BigDecimal(text);
            case ColumnType.Array array ->
                Arrays.stream(text.substring(1, text.length() - 1).split(","))
                        .filter(element -> !element.isEmpty())
                        .map(element -> element.equals("NULL") ? null : value(array.element(), element))
                        .collect(Collectors.toList());
            case Scalar scalar ->
                switch (scalar) {
                    case BOOLEAN -> Boolean.valueOf(text);
                    case SMALLINT, INTEGER -> Integer.valueOf(text);
                    case BIGINT -> Long.valueOf(text);
                    case REAL -> Float.valueOf(text);
                    case DOUBLE -> Double.valueOf(text);
                    case NUMERIC_TEXT, TEXT, JSONB -> text;
                    case UUID -> UUID.fromString(text);
                    case DATE -> LocalDate.parse(text);
                    case TIME -> LocalTime.parse(text);
                    case TIMESTAMP -> LocalDateTime.parse(text.replace(' ', 'T'));
                    case TIMESTAMPTZ ->
                        OffsetDateTime.parse(text.replace(' ', 'T').replace("+00", "Z"));
                    case BYTEA -> ByteBuffer.wrap(HEX.parseHex(text.substring(2)));
                };
        };
    }
}
