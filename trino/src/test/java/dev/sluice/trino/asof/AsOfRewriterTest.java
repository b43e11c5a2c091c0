package dev.sluice.trino.asof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AsOfRewriterTest {
    private static final String T1 = "2026-01-01T00:00:00Z";
    private static final String T2 = "2026-01-02T00:00:00Z";

    private final AsOfRewriter rewriter = new AsOfRewriter(TableScope.ofCatalog("lake", Optional.of("bronze")));
    private final MapLookup lake = new MapLookup()
            .add("bronze.orders", 1, "0/10", T1, "day1")
            .add("bronze.orders", 2, "0/20", T2, "day2")
            .add("bronze.users", 8, "0/18", T1, "day2")
            .add("gold.facts", 9, "0/10", T1, "day1")
            .add("bronze.odd name", 5, "0/10", T1, "day1")
            .table("bronze.unstamped")
            .progress("0/30");

    private String at(String position, String sql) {
        return rewriter.rewrite(sql, AsOfPoint.parse(position), lake);
    }

    /** {@code #n} stands for the clause with snapshot n. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "select * from orders | select * from orders #2",
                "select * from bronze.orders o | select * from bronze.orders #2 o",
                "select * from lake.bronze.orders as o where o.id = 1 | select * from lake.bronze.orders #2 as o where o.id = 1",
                "select * from lake_ro.bronze.orders | select * from lake_ro.bronze.orders #2",
                "select * from \"LAKE\".\"Bronze\".\"Orders\" | select * from \"LAKE\".\"Bronze\".\"Orders\" #2",
                "select * from \"odd name\"x | select * from \"odd name\" #5x",
                "select 'ü\uD83D\uDE00' from orders -- orders | select 'ü\uD83D\uDE00' from orders #2 -- orders",
                "select * from orders, users u join gold.facts f on true | select * from orders #2, users #8 u join gold.facts #9 f on true",
                "select * from orders tablesample bernoulli (10) | select * from orders #2 tablesample bernoulli (10)",
                "select (select max(id) from orders) from users where id in (select id from orders) | select (select max(id) from orders #2) from users #8 where id in (select id from orders #2)",
                "select * from users where exists (select 1 from orders where orders.id = users.id) | select * from users #8 where exists (select 1 from orders #2 where orders.id = users.id)",
                "select * from users cross join lateral (select * from orders) | select * from users #8 cross join lateral (select * from orders #2)",
                "select * from orders union all select * from users except table gold.facts | select * from orders #2 union all select * from users #8 except SELECT * FROM gold.facts #9",
                "table orders | SELECT * FROM orders #2",
                "table orders order by 1 limit 3 | SELECT * FROM orders #2 order by 1 limit 3",
                "select * from (table orders) o | select * from (SELECT * FROM orders #2) o",
                "select * from table(f(input => table(orders) partition by id)) | select * from table(f(input => table(SELECT * FROM orders #2) partition by id))",
                "insert into orders select * from orders | insert into orders select * from orders #2",
                "create table orders as select * from users | create table orders as select * from users #8",
                "create table x as with u as (table users) select * from u | create table x as with u as (SELECT * FROM users #8) select * from u",
                "delete from orders where id in (select id from users) | delete from orders where id in (select id from users #8)",
                "update orders set a = (select max(id) from users) where true | update orders set a = (select max(id) from users #8) where true",
                "merge into orders o using users u on o.id = u.id when matched then delete | merge into orders o using users #8 u on o.id = u.id when matched then delete",
                "explain select * from orders | explain select * from orders #2",
                "explain analyze select * from orders | explain analyze select * from orders #2",
                "select * from orders; | select * from orders #2",
                "select * from orders ; -- the end | select * from orders #2 ",
                "select 1 | select 1",
            })
    void everyReferenceIsPinnedAndTheRestStays(String sql, String expected) {
        assertThat(at("0/30", sql).strip()).isEqualTo(expected.replaceAll("#(\\d+)", "FOR VERSION AS OF BIGINT '$1'"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // A CTE hides the table, in upper case and in quotes too, and in sub-queries.
                "with orders as (select * from users) select * from ORDERS, \"orders\" | with orders as (select * from users #8) select * from ORDERS, \"orders\"",
                "with x as (select 1) select * from users where 1 in (table x) | with x as (select 1) select * from users #8 where 1 in (table x)",
                // Inside its own definition the name is the table still, unless the WITH is recursive.
                "with orders as (select * from orders) select * from orders | with orders as (select * from orders #2) select * from orders",
                "with recursive orders(n) as (select 1 union all select n + 1 from orders) select * from orders | with recursive orders(n) as (select 1 union all select n + 1 from orders) select * from orders",
                // A later CTE sees an earlier one, not the other way round.
                "with a as (table orders), orders as (table a) select * from orders | with a as (SELECT * FROM orders #2), orders as (table a) select * from orders",
                // A qualified name is never a CTE.
                "with orders as (select 1) select * from bronze.orders | with orders as (select 1) select * from bronze.orders #2",
                // The scope ends with its query.
                "select * from (with orders as (select 1) select * from orders) x, orders | select * from (with orders as (select 1) select * from orders) x, orders #2",
                "select * from (with u as (table orders) select * from u) x join users on true | select * from (with u as (SELECT * FROM orders #2) select * from u) x join users #8 on true",
            })
    void namesOfCtesAreNotTables(String sql, String expected) {
        assertThat(at("0/30", sql)).isEqualTo(expected.replaceAll("#(\\d+)", "FOR VERSION AS OF BIGINT '$1'"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from \"orders$snapshots\"",
                "select * from tpch.tiny.nation",
                "select * from lake.information_schema.tables",
                "select * from system.runtime.nodes",
                "select * from orders for version as of 'day1'",
                "select * from orders FOR TIMESTAMP AS OF timestamp '2026-01-01 00:00:00 UTC' o"
            })
    void metadataTablesOtherCatalogsAndOwnPeriodsAreLeftAlone(String sql) {
        assertThat(at("0/30", sql)).isEqualTo(sql);
    }

    @Test
    void linesAndCommentsKeepTheirPlaces() {
        String sql =
                "-- orders\r\nselect *\n  from\tbronze . \"orders\" -- here\n  join /* users */ users\n    using (id)";
        assertThat(at("0/30", sql))
                .isEqualTo("-- orders\r\nselect *\n  from\tbronze . \"orders\" FOR VERSION AS OF BIGINT '2' -- here\n"
                        + "  join /* users */ users FOR VERSION AS OF BIGINT '8'\n    using (id)");
    }

    @Test
    void anLsnBetweenTwoSnapshotsReadsTheEarlierOne() {
        assertThat(at("0/1F", "table orders")).endsWith("'1'");
        assertThat(at("0/20", "table orders")).endsWith("'2'");
    }

    @Test
    void aTimeReadsAllTablesAtOneLsnEvenWhenCommitTimesRunBackwards() {
        MapLookup crooked = new MapLookup()
                .add("bronze.orders", 1, "0/10", T1, "")
                .add("bronze.orders", 2, "0/20", T2, "")
                .add("bronze.users", 3, "0/10", T1, "")
                .add("bronze.users", 4, "0/30", T1, "");
        String sql = rewriter.rewrite("select * from orders, users", AsOfPoint.parse("2026-01-01"), crooked);
        // users had reached 0/30 by then, so orders is read at 0/30 as well.
        assertThat(sql)
                .isEqualTo("select * from orders FOR VERSION AS OF BIGINT '2', users FOR VERSION AS OF BIGINT '4'");
    }

    @Test
    void aTagReadsTheTaggedSnapshots() {
        assertThat(at("day2", "select * from orders, users"))
                .isEqualTo("select * from orders FOR VERSION AS OF BIGINT '2', users FOR VERSION AS OF BIGINT '8'");
    }

    @Test
    void aPositionBeforeTheFirstSnapshotNamesTheTableAndItsOldest() {
        assertThatThrownBy(() -> at("0/17", "select * from orders, users"))
                .hasMessageContaining("E1004")
                .hasMessageContaining("bronze.users")
                .hasMessageContaining("oldest is at LSN 0/18");
        assertThatThrownBy(() -> at("0/17", "table unstamped")).hasMessageContaining("no stamped snapshot at all");
        assertThatThrownBy(() -> at("day9", "table orders")).hasMessageContaining("no snapshot with the tag day9");
    }

    @Test
    void aPositionBehindTheProgressIsRefused() {
        assertThatThrownBy(() -> at("0/31", "table orders"))
                .hasMessageContaining("E1004")
                .hasMessageContaining("the lake is at LSN 0/30");
    }

    @Test
    void aNameThatIsNoTableIsRefusedWithTheNearest() {
        assertThatThrownBy(() -> at("0/30", "table ordes"))
                .hasMessageContaining("E0703")
                .hasMessageContaining("bronze.orders?");
    }

    @Test
    void statementsThatDoNotReadAsOfAreRefused() {
        assertThatThrownBy(() -> at("0/30", "create view v as select * from orders"))
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E1003));
        assertThatThrownBy(() -> at("0/30", "show tables")).hasMessageContaining("E1003");
    }

    @Test
    void aSyntaxErrorSaysWhere() {
        assertThatThrownBy(() -> at("0/30", "select *\nfrm orders"))
                .hasMessageContaining("E1003")
                .hasMessageContaining("line 2, column 1");
    }
}
