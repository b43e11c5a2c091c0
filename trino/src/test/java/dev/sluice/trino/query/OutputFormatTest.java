package dev.sluice.trino.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.trino.query.RowWriter.Column;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutputFormatTest {
    private static final List<Column> COLUMNS = List.of(
            new Column("id", "bigint"), new Column("name", "varchar(10)"), new Column("price", "decimal(12,2)"));

    private static String written(OutputFormat format, List<Column> columns, Object[]... rows) throws IOException {
        StringWriter out = new StringWriter();
        RowWriter writer = format.writer(out);
        writer.begin(columns);
        for (Object[] row : rows) {
            writer.row(row);
        }
        writer.end(rows.length);
        return out.toString();
    }

    private static Object[] row(Object... values) {
        return values;
    }

    @Test
    void aTableAlignsNumbersToTheRightAndTextsToTheLeft() throws IOException {
        assertThat(written(
                        OutputFormat.TABLE,
                        COLUMNS,
                        row(1L, "tea", new BigDecimal("1.50")),
                        row(200L, null, new BigDecimal("100.00")),
                        row(null, "漢é", null)))
                .isEqualTo(String.join(
                        "\n",
                        "   id | name |  price",
                        "------+------+--------",
                        "    1 | tea  |   1.50",
                        "  200 | NULL | 100.00",
                        " NULL | 漢é  |   NULL",
                        "(3 rows)",
                        ""));
    }

    @Test
    void aTableShowsControlCharactersAsEscapes() throws IOException {
        assertThat(written(OutputFormat.TABLE, COLUMNS, row(1L, "a\n\u001b[31m", null)))
                .contains("a\\n\\u001b[31m")
                .doesNotContain("\u001b");
    }

    @Test
    void aTableOfManyRowsIsPrintedWhileItComes() throws IOException {
        StringWriter out = new StringWriter();
        RowWriter writer = OutputFormat.TABLE.writer(out);
        writer.begin(COLUMNS);
        for (long i = 1; i <= AlignedWriter.SAMPLE_ROWS; i++) {
            writer.row(row(i, "x", null));
        }
        int printed = out.toString().length();
        assertThat(printed).isPositive();
        writer.row(row(1L, "wider than any before", null));
        assertThat(out.toString().substring(printed)).isEqualTo("   1 | wider than any before |  NULL\n");
    }

    @Test
    void csvQuotesWhereItMustAndKeepsNullApartFromEmpty() throws IOException {
        assertThat(written(
                        OutputFormat.CSV,
                        COLUMNS,
                        row(1L, "a,b", new BigDecimal("1.50")),
                        row(2L, "say \"hi\"\r\n", null),
                        row(3L, "", null),
                        row(4L, null, null)))
                .isEqualTo("id,name,price\r\n1,\"a,b\",1.50\r\n2,\"say \"\"hi\"\"\r\n\",\r\n3,\"\",\r\n4,,\r\n");
    }

    @Test
    void jsonKeepsDecimalsExactAsStringsAndHasOneRowPerLine() throws IOException {
        List<Column> columns = List.of(
                new Column("i", "bigint"),
                new Column("d", "decimal(38,2)"),
                new Column("f", "double"),
                new Column("n", "double"),
                new Column("a", "array(row(x integer))"));
        assertThat(written(
                        OutputFormat.JSON,
                        columns,
                        row(
                                Long.MAX_VALUE,
                                new BigDecimal("12345678901234567890.10"),
                                1.5,
                                Double.NaN,
                                List.of(Map.of("x", 1L))),
                        row(null, null, null, null, null)))
                .isEqualTo("""
                        [
                        {"i":9223372036854775807,"d":"12345678901234567890.10","f":1.5,"n":"NaN","a":[{"x":1}]},
                        {"i":null,"d":null,"f":null,"n":null,"a":null}
                        ]
                        """);
    }

    @Test
    void emptyResultsAreStillWellFormed() throws IOException {
        assertThat(written(OutputFormat.JSON, COLUMNS)).isEqualTo("[\n]\n");
        assertThat(written(OutputFormat.CSV, COLUMNS)).isEqualTo("id,name,price\r\n");
        assertThat(written(OutputFormat.TABLE, COLUMNS)).endsWith("(0 rows)\n");
    }

    @Test
    void statementsWithoutRowsSayWhatTheyDid() throws IOException {
        StringWriter out = new StringWriter();
        OutputFormat.TABLE.writer(out).updated("INSERT", 3);
        OutputFormat.JSON.writer(out).updated("CREATE TABLE", 0);
        assertThat(out.toString()).isEqualTo("INSERT: 3 rows\n{\"statement\":\"CREATE TABLE\",\"rows\":0}\n");
    }
}
