package dev.sluice.e2e.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.e2e.SharedStack;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import dev.sluice.verify.EveryType;
import dev.sluice.verify.VerifyReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every type, by load and by stream, and the changes that are easy to get wrong, on the real cluster. */
final class EveryTypePipelineIT {
    private static final String NAME = "every_type";

    private final LocalStack stack =
            SharedStack.with(StackServer.CATALOG, StackServer.JOBMANAGER, StackServer.TASKMANAGER);
    private final PipelineSpec spec = TestPipeline.spec(
            stack,
            NAME,
            List.of(
                    new TableSpec("public", "things", List.of("secret")),
                    new TableSpec("public", "Others", List.of()),
                    new TableSpec("public", "longs", List.of())));
    private RunningPipeline pipeline;
    private Connection source;

    @BeforeEach
    void fill() throws Exception {
        pipeline = new RunningPipeline(stack, spec);
        TestPipeline.createDatabase(stack, NAME);
        source = TestPipeline.connect(stack, NAME);
        execute(EveryType.TABLE);
        execute(EveryType.ROWS);
        execute("create table \"Others\" (id int, part text, note text, primary key (part, id))");
        execute("insert into \"Others\" select i, 'p' || i % 3, repeat('x', i) from generate_series(1, 500) i");
        execute("create table longs (id int primary key, n int, long_text text)");
        execute("alter table longs alter column long_text set storage external");
        execute("alter table longs replica identity full");
        execute("insert into longs select i, i, repeat(i || 'ä', 3000) from generate_series(1, 40) i");
    }

    @AfterEach
    void stop() throws Exception {
        source.close();
        pipeline.close();
        TestPipeline.createDatabase(stack, NAME);
    }

    @Test
    void carriesEveryTypeByLoadAndByStream() throws Exception {
        pipeline.submit().awaitLoaded();
        assertThat(rows(pipeline.assertEqualToSource(), 0)).isEqualTo(1_007);
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            assertThat(lake.rest().listTables(lake.bronzeNamespace()))
                    .extracting(TableIdentifier::name)
                    .as("Trino does not tell names apart by case")
                    .contains("others")
                    .doesNotContain("Others");
        }
        execute("insert into things (" + EveryType.PUBLISHED + ") select "
                + EveryType.PUBLISHED.replaceFirst("id", "id + 10000") + " from things");
        assertThat(rows(pipeline.assertEqualToSource(), 0)).isEqualTo(2_014);
    }

    @Test
    void carriesTheChangesThatAreEasyToGetWrong() throws Exception {
        pipeline.submit().awaitLoaded();
        // A long value that is not sent again with the new row, with and without a new key.
        execute("update longs set n = n + 1");
        execute("update longs set id = id + 100000, n = n + 1 where id % 2 = 0");
        execute("begin; update longs set n = 0 where id = 1; update longs set id = -1 where id = 1; delete from longs"
                + " where id = 3; commit");
        // Key changes, one of them a rotation inside one transaction.
        execute("update \"Others\" set part = 'moved', id = id + 1000 where id between 50 and 60");
        execute(
                "begin; update \"Others\" set id = -1 where part = 'p1' and id = 1; update \"Others\" set id = 1 where part = 'p1'"
                        + " and id = 4; update \"Others\" set id = 4 where part = 'p1' and id = -1; commit");
        // A row that comes, goes, and comes in one transaction, and one that goes, comes, and goes.
        execute("begin; insert into \"Others\" values (9, 'new', 'a'); delete from \"Others\" where part = 'new';"
                + " insert into \"Others\" values (9, 'new', ''); commit");
        execute("begin; delete from \"Others\" where id = 90; insert into \"Others\" values (90, 'p0', 'again');"
                + " delete from \"Others\" where id = 90; commit");
        execute("begin; delete from \"Others\" where id = 70; rollback");
        execute(
                "begin; update \"Others\" set note = 'one' where id = 80; savepoint s; delete from \"Others\" where id > 400;"
                        + " rollback to s; update \"Others\" set note = 'two' where id = 81; commit");
        execute("update things set secret = 'changed' where id < 50");
        pipeline.assertEqualToSource();
        execute(
                "begin; update \"Others\" set note = 'gone'; truncate \"Others\"; insert into \"Others\" values (1, 'p1', 'kept'); commit");
        execute("update \"Others\" set note = 'kept and changed'");
        assertThat(rows(pipeline.assertEqualToSource(), 1)).isEqualTo(1);
    }

    @Test
    void carriesLongValuesOverThatWereNotSentUnderDefaultIdentity() throws Exception {
        pipeline.submit().awaitLoaded();
        execute("update things set n = n + 1 where long_text is not null");
        execute("begin; update things set n = n + 1 where long_text is not null;"
                + " update things set id = id + 100000 where long_text is not null and id % 2 = 0;"
                + " update things set n = n + 1 where id > 100000; commit");
        pipeline.assertEqualToSource();
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog());
                CloseableIterable<Record> records =
                        IcebergGenerics.read(lake.load(lake.bronze("things"))).build()) {
            long longValues = 0;
            for (Record record : records) {
                longValues += record.getField("long_text") == null ? 0 : 1;
            }
            assertThat(longValues).isEqualTo(20);
        }
    }

    private static long rows(VerifyReport report, int table) {
        return report.tables().get(table).rowsLake();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute(sql);
        }
    }
}
