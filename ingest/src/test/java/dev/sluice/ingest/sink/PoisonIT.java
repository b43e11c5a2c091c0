package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.sink.poison.DeadLetterTable;
import dev.sluice.ingest.source.postgres.TestPostgres;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.PoisonPolicy;
import dev.sluice.spec.errors.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Values of a real server that the lake cannot hold, under each policy, through the real job and sink. */
@Timeout(240)
class PoisonIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();
    private static final String COLUMNS =
            "(id int primary key, d date, t time, n numeric(6,2), a int[], z timestamptz, f float8[], note text)";
    private static final String GOOD = "'2026-01-02', '10:00', 1.50, '{1,2}', '2026-01-02 10:00+00', '{0.5}', 'good'";
    private static final List<String> BAD = List.of(
            "'infinity', '10:00', 1.50, '{1}', '2026-01-02 10:00+00', null, 'infinite date'",
            "'5874897-12-31', '24:00', 1.50, '{1}', '2026-01-02 10:00+00', null, '24:00'",
            "'2026-01-02', '10:00', 'NaN', '{1}', '2026-01-02 10:00+00', null, 'NaN'",
            "'2026-01-02', '10:00', 1.50, '{{1,2},{3,4}}', '2026-01-02 10:00+00', null, '2-D'",
            "'2026-01-02', '10:00', 1.50, '[0:1]={1,2}', '2026-01-02 10:00+00', null, 'shifted'",
            "'0044-03-15 BC', '10:00', 1.50, null, '-infinity', null, 'infinite timestamp'",
            "'2026-01-02', '10:00', 1.50, null, '294276-12-31 23:59:59.5+00', '{{1e20,0.1},{-0,NaN}}', 'all of it'");

    private static void create(String table) {
        POSTGRES.run("create table " + table + " " + COLUMNS);
    }

    private static void insert(String table, int id, String values) {
        POSTGRES.run("insert into " + table + " values (" + id + ", " + values + ")");
    }

    @Test
    void quarantineInTheLoadAndInTheStreamLosesNothing() throws Exception {
        create("quarantined");
        POSTGRES.run("create table bystander_q (id int primary key)");
        insert("quarantined", 1, GOOD);
        for (int i = 0; i < BAD.size(); i++) {
            insert("quarantined", 10 + i, BAD.get(i));
        }
        try (LakeRun run = new LakeRun(POSTGRES, "quarantined", "quarantined", "bystander_q")) {
            run.poison(Map.of("quarantined", PoisonPolicy.QUARANTINE));
            run.start();
            run.await(
                    "the load is there", () -> TableStamps.current(run.table(0)).isPresent());
            assertThat(run.rows(0)).hasSize(1);
            assertThat(payloads(run)).containsExactlyInAnyOrderElementsOf(sourceRows("quarantined", "id >= 10"));

            for (int i = 0; i < BAD.size(); i++) {
                insert("quarantined", 20 + i, BAD.get(i));
            }
            insert("quarantined", 2, GOOD);
            POSTGRES.run(
                    "update quarantined set n = 2 where id = 12",
                    "delete from quarantined where id = 13",
                    "update quarantined set d = '-infinity' where id = 1",
                    "insert into bystander_q values (1)");
            run.await("the bystander goes on", () -> run.rows(1).size() == 1);
            String isPoison = "not (id in (2, 12))";
            run.await(
                    "lake and letters are the source",
                    () -> run.rows(0).size() == 2
                            && payloads(run).size()
                                    == sourceRows("quarantined", isPoison).size());
            assertThat(run.rows(0)).extracting(row -> row.get(0)).containsExactlyInAnyOrder(2, 12);
            assertThat(payloads(run)).containsExactlyInAnyOrderElementsOf(sourceRows("quarantined", isPoison));
            assertThat(run.stopOf(0)).isEmpty();
        }
    }

    @Test
    void textIsWhatTheServerItselfPrints() throws Exception {
        create("texts");
        insert("texts", 10, BAD.get(0));
        try (LakeRun run = new LakeRun(POSTGRES, "texts", "texts")) {
            run.poison(Map.of("texts", PoisonPolicy.TEXT));
            run.start();
            run.await("the load is there", () -> run.rows(0).size() == 1);
            for (int i = 1; i < BAD.size(); i++) {
                insert("texts", 10 + i, BAD.get(i));
            }
            run.await("all rows are there", () -> run.rows(0).size() == BAD.size());
            Table table = run.table(0);
            int found = 0;
            for (List<Object> row : run.rows(0)) {
                for (int column = 8; column < row.size(); column++) {
                    String special = table.schema().columns().get(column).name();
                    String name = special.substring(0, special.length() - "__special".length());
                    if (row.get(column) != null) {
                        found++;
                        assertThat(row.get(column))
                                .isEqualTo(POSTGRES.one(
                                        "select " + name + "::text from public.texts where id = " + row.get(0)));
                        assertThat(row.get(table.schema()
                                        .columns()
                                        .indexOf(table.schema().findField(name))))
                                .isNull();
                    }
                }
            }
            assertThat(found).as("values in companions").isEqualTo(8);
        }
    }

    @Test
    void stopInTheLoadAndInTheStreamConcernsThatTableAlone() throws Exception {
        create("stops_load");
        create("stops_stream");
        POSTGRES.run("create table bystander_s (id int primary key)");
        insert("stops_load", 1, BAD.get(0));
        insert("stops_stream", 1, GOOD);
        try (LakeRun run = new LakeRun(POSTGRES, "stops", "stops_load", "stops_stream", "bystander_s")) {
            run.start();
            run.await("the others are loaded", () -> run.rows(1).size() == 1);
            run.await("the first is stopped", () -> run.stopOf(0).isPresent());
            assertThat(run.stopOf(0).get().code()).isEqualTo(ErrorCode.E0401);
            assertThat(TableStamps.current(run.table(0))).isEmpty();

            insert("stops_stream", 2, BAD.get(2));
            run.await("the second is stopped", () -> run.stopOf(1).isPresent());
            assertThat(run.stopOf(1).get().reason()).contains("column public.stops_stream.n holds NaN");
            POSTGRES.run("insert into bystander_s values (1)");
            run.await("the third goes on", () -> run.rows(2).size() == 1);
            assertThat(run.rows(1)).hasSize(1);
        }
    }

    /** Torture 4: the change is undone, but the WAL holds rows from between. The fix is followed to the letter. */
    @Test
    void undoneSchemaChangeStopsOneTableAndTheFixBringsItBack() throws Exception {
        POSTGRES.run("create table undone (id int primary key)", "create table bystander_u (id int primary key)");
        try (LakeRun run = new LakeRun(POSTGRES, "undone", "undone", "bystander_u")) {
            run.start();
            run.await(
                    "the load is there", () -> TableStamps.current(run.table(0)).isPresent());
            POSTGRES.run(
                    "alter table undone add column x int",
                    "insert into undone values (1, 1)",
                    "alter table undone drop column x",
                    "insert into undone values (2)",
                    "insert into bystander_u values (1)");
            run.await("the other goes on", () -> run.rows(1).size() == 1);
            run.await("the table is stopped", () -> run.stopOf(0).isPresent());
            assertThat(run.stopOf(0).get().code()).isEqualTo(ErrorCode.E0404);
            assertThat(run.stopOf(0).get().fix()).startsWith("sluice resync undone");

            run.resync("undone");
            run.await(
                    "it is loaded anew",
                    () -> run.rows(0).size() == 2 && run.stopOf(0).isEmpty());
            POSTGRES.run("insert into undone values (3)");
            run.await("it is streamed again", () -> run.rows(0).size() == 3);
        }
    }

    /** What E0401 says: choose a policy, apply, resync. */
    @Test
    void fixOfAnUnfitValueWorksAsItIsWritten() throws Exception {
        create("fixed");
        insert("fixed", 1, GOOD);
        try (LakeRun run = new LakeRun(POSTGRES, "fixed", "fixed")) {
            run.start();
            run.await("the load is there", () -> run.rows(0).size() == 1);
            insert("fixed", 2, BAD.get(3));
            run.await("it is stopped", () -> run.stopOf(0).isPresent());
            assertThat(run.stopOf(0).get().fix()).contains("poison: quarantine").contains("sluice resync fixed");
            run.poison(Map.of("fixed", PoisonPolicy.QUARANTINE));
            run.resync("fixed");
            run.await("it is loaded anew", () -> payloads(run).size() == 1);
            assertThat(run.stopOf(0)).isEmpty();
            assertThat(run.rows(0)).hasSize(1);

            // The other way: the value is changed at the source.
            POSTGRES.run("update fixed set a = '{3}' where id = 2");
            run.await("the letter has ended", () -> run.rows(0).size() == 2);
            assertThat(payloads(run)).isEmpty();
        }
    }

    private static List<String> payloads(LakeRun run) {
        return run.catalog.find(DeadLetterTable.of(run.pipeline)).stream()
                .flatMap(table -> DeadLetterTable.read(table, Optional.empty()).stream())
                .map(filed -> filed.letter().payload())
                .toList();
    }

    /** Rows of the source as the server itself prints them, in the form of payloads. */
    private static List<String> sourceRows(String table, String filter) {
        String all = POSTGRES.one("select string_agg(json_build_object('id', id::text, 'd', d::text, 't', t::text, 'n',"
                + " n::text, 'a', a::text, 'z', z::text, 'f', f::text, 'note', note)::jsonb::text, '~~')"
                + " from public." + table + " where " + filter);
        return all == null
                ? List.of()
                : List.of(all.split("~~")).stream().map(PoisonIT::inColumnOrder).toList();
    }

    private static String inColumnOrder(String json) {
        try {
            var mapper = new com.fasterxml.jackson.databind.ObjectMapper();
            var read = mapper.readTree(json);
            var ordered = mapper.createObjectNode();
            for (String column : List.of("id", "d", "t", "n", "a", "z", "f", "note")) {
                ordered.set(column, read.get(column));
            }
            return ordered.toString();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
