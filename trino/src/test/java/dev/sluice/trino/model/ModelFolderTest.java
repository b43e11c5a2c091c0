package dev.sluice.trino.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
    private static final Set<LakeTable> BRONZE = Stream.of("orders", "users", "order_items")
            .map(name -> new LakeTable("bronze", name))
            .collect(Collectors.toSet());

    @TempDir
    Path folder;

    private void file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private List<Model> load() {
        return ModelFolder.load(folder, "lake");
    }

    private List<String> order() {
        return ModelGraph.of(load(), BRONZE).ordered().stream().map(Model::name).toList();
    }

    @Test
    void theHeadOfAFileIsReadIntoDescriptionKeyColumnsAndTests() throws IOException {
        file("silver/orders.sql", """
                -- description: One row per order,
                --   as the source has it.
                --
                -- key: order_id
                -- column: order_id: the order's id: unique
                -- test: not_null(user_id)
                -- test: not_null(order_id)
                -- test: accepted_values(status, 'it''s', 'done')
                -- test: relationship(user_id, bronze.users, user_id)
                -- test: row_count(7)

                -- free text may stand here
                select * from bronze.orders;
                """);
        Model model = load().getFirst();
        assertThat(model.frontMatter().description()).contains("One row per order, as the source has it.");
        assertThat(model.frontMatter().columns()).containsEntry("order_id", "the order's id: unique");
        assertThat(model.frontMatter().tests())
                .extracting(ModelTest::text)
                .containsExactly(
                        "not_null(order_id)",
                        "unique(order_id)",
                        "not_null(user_id)",
                        "accepted_values(status, 'it''s', 'done')",
                        "relationship(user_id, bronze.users, user_id)",
                        "row_count(7)");
        assertThat(model.reads())
                .containsExactlyInAnyOrder(new LakeTable("bronze", "orders"), new LakeTable("bronze", "users"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "-- descripton: x | line 1: 'descripton' is not a key; did you mean 'description'?",
                "-- key: a\\n-- key: b | line 2: 'key' is there twice",
                "-- key: | line 1: 'key' has no value",
                "-- just words | line 1: '-- just words' is not of the form '-- key: value'",
                "-- column: a | line 1: a column is written",
                "-- key: a\\n-- test: nonsense(a) | line 2: 'nonsense(a)' is not a test; tests are not_null(column)",
                "-- test: not_null(a, b) | line 1: 'not_null(a, b)' has 2 arguments, not 1",
                "-- test: not_null( | line 1: 'not_null(' is not a test",
                "-- test: accepted_values(a, b) | b is not a literal value",
                "-- test: relationship(a, users, b) | users is not a table of the form schema.table"
            })
    void aWrongHeadNamesFileAndLine(String head, String message) throws IOException {
        file("gold/a.sql", head.replace("\\n", "\n") + "\nselect 1 x");
        assertThatThrownBy(this::load)
                .hasMessageContaining("E1002")
                .hasMessageContaining("gold/a.sql, line")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "create table x as select 1 | CreateTableAsSelect is not a query",
                "insert into bronze.orders select 1 | Insert is not a query",
                "select 1; select 2 | line 1, column 9",
                "selec 1 | line 1, column 1",
                "select now() | line 1: now gives another answer",
                "select 1 x from bronze.orders\\nwhere d > current_date | line 2: current_date gives another",
                "select * from bronze.orders tablesample bernoulli (1) | TABLESAMPLE",
                "select * from table(lake.system.table_changes('bronze', 'orders', 1, 2)) | table function lake.system.table_changes",
                "select * from bronze.orders for version as of 1 | leave out FOR ... AS OF",
                "select * from bronze.\"orders$files\" | leave out FOR ... AS OF",
                "select * from bronze.orders limit 3 | line 1: LIMIT without ORDER BY",
                "select * from bronze.orders offset 3 | OFFSET without ORDER BY",
                "select * from bronze.orders fetch first 2 rows only | FETCH FIRST without ORDER BY",
                "select x from (select * from bronze.orders\\nlimit 1) order by x limit 5 | LIMIT without ORDER BY",
                "with a as (select * from bronze.orders limit 1) select * from a | LIMIT without ORDER BY",
                "(select 1 x union all select 2) limit 1 | LIMIT without ORDER BY",
                "select array_agg(x) from bronze.orders | array_agg without ORDER BY",
                "select array_agg(distinct x) filter (where x > 1) from bronze.orders | array_agg without ORDER BY",
                "select any_value(x) from bronze.orders | any_value without ORDER BY",
                "select multimap_agg(k, x) from bronze.orders | multimap_agg without ORDER BY",
                "select row_number() over (partition by x) from bronze.orders | row_number without ORDER BY",
            })
    void whatIsNotARepeatableQueryIsRefused(String sql, String message) throws IOException {
        file("gold/a.sql", sql.replace("\\n", "\n"));
        assertThatThrownBy(this::load).hasMessageContaining("E1002").hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from bronze.orders order by order_id limit 3",
                "select * from bronze.orders limit all",
                "select array_agg(x order by x) from bronze.orders",
                "select listagg(x, ',') within group (order by x) from bronze.orders",
                "select array_sort(array_agg(x)), cardinality(array_agg(distinct x)) from bronze.orders",
                "select array_agg(x) over (partition by y order by x) from bronze.orders",
                "select row_number() over w from bronze.orders window w as (order by x)",
                "select sum(x) over (partition by y), count(*), max(x) from bronze.orders group by x, y",
            })
    void whatSaysItsOrderOrNeedsNoneIsAModel(String sql) throws IOException {
        file("gold/a.sql", sql);
        assertThat(load()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"select * from orders", "select * from tpch.tiny.nation", "select * from bronze.order"})
    void tablesOutsideOfTheLakeAreRefused(String sql) throws IOException {
        file("gold/a.sql", sql.replace("bronze.order", "bronze.\"order\""));
        assertThatThrownBy(this::order).hasMessageContaining("E1001");
    }

    @Test
    void anUnknownTableIsNamedWithTheNearestOne() throws IOException {
        file("silver/orders.sql", "select * from bronze.orders");
        file("gold/a.sql", "select *\nfrom silver.oders");
        assertThatThrownBy(this::order)
                .hasMessageContaining("E1001")
                .hasMessageContaining("gold/a.sql, line 2")
                .hasMessageContaining("did you mean silver.orders?");
    }

    @Test
    void modelsComeAfterAllThatTheyReadAlsoInCtesSubQueriesAndTests() throws IOException {
        file("silver/a.sql", "with gold as (select * from silver.c) select * from gold");
        file("silver/b.sql", "-- test: relationship(x, gold.z, x)\nselect 1 x");
        file("silver/c.sql", "select * from lake.bronze.orders where x in (select x from \"silver\".\"d\")");
        file("silver/d.sql", "select * from bronze.users -- silver.a");
        file("gold/z.sql", "select 'silver.b' from silver.a");
        assertThat(order()).containsExactly("silver.d", "silver.c", "silver.a", "gold.z", "silver.b");
    }

    @Test
    void aCircleIsNamedFromEndToEnd() throws IOException {
        file("silver/a.sql", "select * from silver.b");
        file("silver/b.sql", "select * from gold.c");
        file("gold/c.sql", "select * from silver.a");
        file("gold/d.sql", "select * from silver.a");
        assertThatThrownBy(this::order)
                .hasMessageContaining("E1005")
                .hasMessageContaining("silver.a reads silver.b reads gold.c reads silver.a");
    }

    @Test
    void aModelThatReadsItselfIsACircle() throws IOException {
        file("gold/a.sql", "select * from gold.a");
        assertThatThrownBy(this::order).hasMessageContaining("E1005").hasMessageContaining("gold.a reads gold.a");
    }

    @Test
    void testsCountTheirViolationsInSql() throws IOException {
        Function<LakeTable, String> tables = table -> "T(" + table + ")";
        assertThat(ModelTestParser.parse("unique(a, \"B c\")").violations("R", tables))
                .isEqualTo("(SELECT count(*) FROM (SELECT 1 FROM R GROUP BY \"a\", \"b c\" HAVING count(*) > 1))");
        assertThat(ModelTestParser.parse("accepted_values(a, 1, date '2026-01-01')")
                        .violations("R", tables))
                .isEqualTo("count_if(\"a\" NOT IN (1, date '2026-01-01'))");
        assertThat(ModelTestParser.parse("relationship(a, silver.users, b)").violations("R", tables))
                .contains("T(silver.users)");
    }
}
