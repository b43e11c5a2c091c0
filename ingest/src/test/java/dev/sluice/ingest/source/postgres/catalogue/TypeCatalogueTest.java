package dev.sluice.ingest.source.postgres.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Scalar;
import org.junit.jupiter.api.Test;

class TypeCatalogueTest {
    private static int modifier(int precision, int scale) {
        return (precision << 16 | scale & 0x7FF) + 4;
    }

    @Test
    void numericIsADecimalWhereItFits() {
        assertThat(TypeCatalogue.numeric(modifier(12, 2))).isEqualTo(new ColumnType.Numeric(12, 2));
        assertThat(TypeCatalogue.numeric(modifier(38, 38))).isEqualTo(new ColumnType.Numeric(38, 38));
        assertThat(TypeCatalogue.numeric(modifier(1, 0))).isEqualTo(new ColumnType.Numeric(1, 0));
    }

    @Test
    void otherNumericsAreText() {
        assertThat(TypeCatalogue.numeric(-1)).isEqualTo(Scalar.NUMERIC_TEXT);
        assertThat(TypeCatalogue.numeric(modifier(39, 0))).isEqualTo(Scalar.NUMERIC_TEXT);
        assertThat(TypeCatalogue.numeric(modifier(3, -2))).isEqualTo(Scalar.NUMERIC_TEXT);
        assertThat(TypeCatalogue.numeric(modifier(3, 5))).isEqualTo(Scalar.NUMERIC_TEXT);
    }
}
