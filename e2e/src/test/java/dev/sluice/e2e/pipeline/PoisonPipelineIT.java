package dev.sluice.e2e.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.e2e.SharedStack;
import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.PoisonPolicy;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import dev.sluice.verify.Verifier;
import dev.sluice.verify.VerifyOptions;
import dev.sluice.verify.VerifyReport;
import dev.sluice.verify.VerifyReport.State;
import dev.sluice.verify.VerifyReport.TableReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Values that the lake cannot hold, on the real cluster: what the verification says of each policy. */
final class PoisonPipelineIT {
    private static final String NAME = "poisoned";
    private static final String COLUMNS =
            "(id int primary key, d date, t time, n numeric(6,2), a int[], z timestamptz, f float8[], b bytea,"
                    + " j jsonb, note text)";
    private static final String ROWS = """
            values (%1$d, '2026-01-02', '10:00', 1.50, '{1,2}', '2026-01-02 10:00+00', '{0.5}', 'x', '{"a": 1}', 'good'),
                (%1$d + 1, 'infinity', '24:00', 'NaN', '{{1,2},{3,4}}', '-infinity', '[0:1]={1e20,0.1}',
                 '\\x00ff', '{"q": "\\"é"}', E'tab\\t "q" \\\\ line\\n'),
                (%1$d + 2, '0044-03-15 BC', '10:00:00.5', 'NaN', null, '294276-12-31 23:59:59.5+00', '{-0,NaN}', '', null, ''),
                (%1$d + 3, '-infinity', null, 0.00, '{}', null, null, null, '1.50', null)
            """;

    private final LocalStack stack =
            SharedStack.with(StackServer.CATALOG, StackServer.JOBMANAGER, StackServer.TASKMANAGER);
    private final PipelineSpec spec = TestPipeline.spec(
            stack,
            NAME,
            List.of(
                    new TableSpec("public", "letters", List.of(), PoisonPolicy.QUARANTINE, List.of()),
                    new TableSpec("public", "texts", List.of(), PoisonPolicy.TEXT, List.of()),
                    new TableSpec("public", "stops", List.of())));
    private RunningPipeline pipeline;
    private Connection source;

    @BeforeEach
    void fill() throws Exception {
        pipeline = new RunningPipeline(stack, spec);
        TestPipeline.createDatabase(stack, NAME);
        source = TestPipeline.connect(stack, NAME);
        for (String table : List.of("letters", "texts", "stops")) {
            execute("create table " + table + " " + COLUMNS);
        }
        execute("insert into letters " + ROWS.formatted(1));
        execute("insert into texts " + ROWS.formatted(1));
    }

    @AfterEach
    void stop() throws Exception {
        source.close();
        pipeline.close();
        TestPipeline.createDatabase(stack, NAME);
    }

    @Test
    void lettersAndTextsCountAndAStoppedTableIsToldAsSuch() throws Exception {
        pipeline.submit().awaitLoaded();
        VerifyReport loaded = pipeline.assertEqualToSource();
        assertThat(rows(loaded, 0)).containsExactly(4L, 1L, 3L);
        assertThat(rows(loaded, 1)).containsExactly(4L, 4L, 0L);

        execute("insert into letters " + ROWS.formatted(11)
                + "; update letters set n = 7, d = null, z = null, note = 'back'"
                + " where id = 3; delete from letters where id = 4");
        execute("insert into texts " + ROWS.formatted(11) + "; update texts set note = 'kept' where id < 12");
        VerifyReport streamed = pipeline.assertEqualToSource();
        assertThat(rows(streamed, 0)).containsExactly(7L, 3L, 4L);
        assertThat(rows(streamed, 1)).containsExactly(8L, 8L, 0L);

        execute("insert into stops " + ROWS.formatted(1));
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            await().atMost(Duration.ofMinutes(1))
                    .until(() ->
                            Following.of(lake.load(lake.bronze("stops"))).stop().isPresent());
        }
        VerifyReport report = new Verifier(spec).verify(new VerifyOptions(RunningPipeline.PATIENCE, List.of(), 20));
        assertThat(report.state()).as(report.text()).isEqualTo(State.INCOMPLETE);
        assertThat(report.tables())
                .extracting(TableReport::state)
                .as(report.text())
                .containsExactly(State.EQUAL, State.EQUAL, State.STOPPED);
        assertThat(report.text()).contains("E0401", "sluice resync");
    }

    private static List<Long> rows(VerifyReport report, int index) {
        TableReport table = report.tables().get(index);
        return List.of(table.rowsSource(), table.rowsLake(), table.quarantined());
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute(sql);
        }
    }
}
