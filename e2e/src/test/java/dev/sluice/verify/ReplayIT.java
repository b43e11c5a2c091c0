package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.e2e.SharedStack;
import dev.sluice.e2e.pipeline.TestPipeline;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A snapshot of the source with the changes after it laid over: by each way to read them, up to exactly one position. */
final class ReplayIT {
    private static final String NAME = "replay";
    private static final ChangeFeed TEST_DECODING = new TestDecodingFeed(TestDecodingFeed.PLUGIN);

    private final LocalStack stack = SharedStack.with(StackServer.POSTGRES);
    private SourceConnections connections;
    private Connection source;

    @BeforeEach
    void prepare() throws SQLException {
        TestPipeline.createDatabase(stack, NAME);
        PipelineSpec spec = TestPipeline.spec(stack, NAME, List.of());
        connections = new SourceConnections(spec.postgres());
        source = TestPipeline.connect(stack, NAME);
        execute("create table t (id int primary key, note text)");
        execute("create table noise (id int primary key)");
    }

    @AfterEach
    void close() throws SQLException {
        source.close();
    }

    /** The positions of the lake are those at which commit records begin; test_decoding tells only where they end. */
    @Test
    void takesExactlyTheTransactionsWhoseCommitRecordBeginsAtOrBeforeTheEnd() throws SQLException {
        execute("create publication clock for table t");
        execute("select pg_create_logical_replication_slot('clock', 'pgoutput')");
        ComparedTable table = shape("public", "t");
        try (SourcePoint point = SourcePoint.create(connections, TEST_DECODING)) {
            for (int i = 1; i <= 6; i++) {
                execute("insert into t values (" + i + ", 'n')");
                execute("begin; insert into noise values (" + i + "); rollback");
                execute("insert into noise values (" + i + ")");
            }
            List<Commit> commits = commits();
            assertThat(commits).hasSize(6);
            for (int i = 0; i < commits.size(); i++) {
                Commit commit = commits.get(i);
                for (long end : new long[] {commit.begin() - 1, commit.begin(), commit.begin() + 1, commit.end() - 1}) {
                    ChangedRows changes = new ChangedRows(table);
                    point.readChanges(new Lsn(end), List.of(changes));
                    assertThat(rows(point, table, changes))
                            .as("end %s, commit record from %s to %s", end, commit.begin(), commit.end())
                            .hasSize(end < commit.begin() ? i : i + 1);
                }
            }
        } finally {
            execute("select pg_drop_replication_slot('clock')");
        }
    }

    @Test
    void oddNamesTypesAndIdentitiesComeThroughTestDecoding() throws SQLException {
        oddTables();
        List<ComparedTable> tables = oddShapes();
        try (SourcePoint point = SourcePoint.create(connections, TEST_DECODING)) {
            expectReplayed(point, tables);
        }
    }

    @Test
    void theyComeThroughAPublicationOfItsOwnWhereTestDecodingIsMissing() throws SQLException {
        oddTables();
        List<ComparedTable> tables = oddShapes();
        try (OwnPublication feed = OwnPublication.create(connections, tables);
                SourcePoint point = SourcePoint.create(connections, feed)) {
            expectReplayed(point, tables);
        }
        assertThat(text("select count(*) from pg_publication"))
                .as("publications left behind")
                .isEqualTo("0");
    }

    @Test
    void saysThatTheServerLacksThePlugin() throws SQLException {
        List<ComparedTable> tables = List.of(shape("public", "t"));
        assertThatThrownBy(() -> SourcePoint.create(connections, new TestDecodingFeed("no_such_plugin")))
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E1204));
    }

    @Test
    void refusesAChangeThatDoesNotSayWhichRowItConcerns() throws SQLException {
        execute("insert into t values (1, 'a')");
        ComparedTable table = shape("public", "t");
        execute("alter table t replica identity nothing");
        try (SourcePoint point = SourcePoint.create(connections, TEST_DECODING)) {
            execute("delete from t");
            assertThatThrownBy(() -> point.readChanges(position(), List.of(new ChangedRows(table))))
                    .hasMessageContaining("does not say which row");
        }
    }

    private record Commit(long begin, long end) {}

    /** By pgoutput's begin and commit messages: the begin names where the commit record begins, the commit its end. */
    private List<Commit> commits() throws SQLException {
        List<Commit> commits = new ArrayList<>();
        long begin = 0;
        try (Statement statement = source.createStatement();
                ResultSet row =
                        statement.executeQuery("select data from pg_logical_slot_peek_binary_changes('clock', null,"
                                + " null, 'proto_version', '1', 'publication_names', 'clock')")) {
            while (row.next()) {
                ByteBuffer message = ByteBuffer.wrap(row.getBytes(1));
                switch (message.get()) {
                    case 'B' -> begin = message.getLong();
                    case 'C' -> commits.add(new Commit(begin, message.getLong(10)));
                    default -> {
                        // Rows.
                    }
                }
            }
        }
        return commits;
    }

    private void oddTables() throws SQLException {
        execute("create schema \"Sch. \"\"ema\"");
        execute("create type \"Sch. \"\"ema\".\"en ]: um\" as enum ('a ''1''', 'b')");
        execute("create domain \"Sch. \"\"ema\".flag as boolean");
        execute("""
                create table "Sch. ""ema"."Ta: [""ble" (
                    "I d" int, "key.2" text, "old-key" text, "new-tuple" bit varying(9), b bit(3), flag "Sch. ""ema".flag,
                    e "Sch. ""ema"."en ]: um", es "Sch. ""ema"."en ]: um"[], big text, "select" boolean, ts timestamptz,
                    i interval, m money, ch "char", j jsonb,
                    primary key ("I d", "key.2"));
                alter table "Sch. ""ema"."Ta: [""ble" alter column big set storage external,
                    alter column "key.2" set storage external
                """);
        execute("create table whole (id int primary key, a text, big text);"
                + " alter table whole alter column big set storage external; alter table whole replica identity full");
        execute("create table parts (id int, at int, note text, primary key (id, at)) partition by range (at);"
                + " create table \"p 1\" partition of parts for values from (0) to (10);"
                + " create table p2 (note text, at int not null, id int not null);"
                + " alter table parts attach partition p2 for values from (10) to (20)");
        execute(odd(
                "select i, 'k ''' || i || ''' ' || repeat('K', i % 3 * 3), 'o' || i, B'101', B'011', i % 2 = 0, 'b',"
                        + " array['b', 'a ''1''']::\"Sch. \"\"ema\".\"en ]: um\"[], repeat('x' || i, 3000), i % 3 = 0, now(),"
                        + " interval '1 day 2 s', 12.5, 'c', '{\"a\": \"it''s\"}' from generate_series(1, 40) i"));
        execute("insert into whole select i, null, repeat('y' || i, 3000) from generate_series(1, 40) i");
        execute("insert into parts select i, i % 20, 'n' from generate_series(1, 40) i");
    }

    private static String odd(String query) {
        return "insert into \"Sch. \"\"ema\".\"Ta: [\"\"ble\" " + query;
    }

    private List<ComparedTable> oddShapes() throws SQLException {
        return List.of(shape("Sch. \"ema", "Ta: [\"ble"), shape("public", "whole"), shape("public", "parts"));
    }

    private void expectReplayed(SourcePoint point, List<ComparedTable> tables) throws SQLException {
        String odd = "update \"Sch. \"\"ema\".\"Ta: [\"\"ble\" ";
        execute(odd + "set \"old-key\" = E'tab\\t new-tuple: line\\n '' \\\\ \"' where \"I d\" % 2 = 0");
        execute(odd + "set \"I d\" = \"I d\" + 100, e = null where \"I d\" % 3 = 0");
        execute(odd
                + "set big = '', \"select\" = null, flag = false, ch = '''', j = '\"\\\\u00e9 ]:\"' where \"I d\" < 9");
        execute(odd + "set \"key.2\" = '' where \"I d\" = 10");
        execute(
                odd(
                        "values (900, 'new', null, B'', B'000', null, E'a ''1''', '{}', null, true, 'infinity', '-1 mon', -1, '', null)"));
        execute("update whole set a = 'now' where id < 20; update whole set id = id + 100 where id > 30");
        execute("delete from whole where id between 5 and 8");
        execute("update parts set note = null where id < 10; update parts set at = (at + 10) % 20 where id > 30");
        execute("delete from p2 where id < 30; insert into parts values (1000, 15, 'after'), (1001, 5, 'other')");
        execute("truncate noise");
        Lsn end = position();
        List<ChangedRows> changes = tables.stream().map(ChangedRows::new).toList();
        assertThat(point.readChanges(end, changes)).as("changes").isGreaterThan(100);
        List<Set<String>> replayed = new ArrayList<>();
        for (ChangedRows one : changes) {
            replayed.add(rows(point, one.table(), one));
        }
        for (int i = 0; i < tables.size(); i++) {
            Set<String> now = new TreeSet<>();
            try (Connection fresh = connections.query()) {
                SourceScan.read(fresh, tables.get(i), row -> now.add(text(row)));
            }
            assertThat(replayed.get(i)).as(tables.get(i).spec().qualifiedName()).isEqualTo(now);
            assertThat(now).as("rows").hasSizeGreaterThan(20);
        }
    }

    private static Set<String> rows(SourcePoint point, ComparedTable table, ChangedRows changes) {
        Set<String> rows = new TreeSet<>();
        ChangedRows.Overlay overlay = changes.over(row -> rows.add(text(row)));
        point.rows().read(table, overlay);
        overlay.finish();
        return rows;
    }

    private static String text(byte[][] row) {
        return Arrays.stream(row)
                .map(value -> value == null
                        ? "NULL"
                        : value.length > 100
                                ? Base64.getEncoder().encodeToString(value).hashCode() + "/" + value.length
                                : "'" + new String(value, StandardCharsets.UTF_8) + "'")
                .toList()
                .toString();
    }

    private ComparedTable shape(String schema, String name) throws SQLException {
        try (Connection connection = connections.query()) {
            return TableShapes.read(connection, new TableSpec(schema, name, List.of()));
        }
    }

    private Lsn position() throws SQLException {
        return new Lsn(
                Lsn.parse(text("select pg_current_wal_insert_lsn()::text")).value() - 1);
    }

    private String text(String query) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute(sql);
        }
    }
}
