package dev.sluice.ingest.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.Lsn;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A source whose volume was put back to an earlier moment: same server, same timeline, same slot. */
@Timeout(240)
class RestoredSourceIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();

    @Test
    void serverThatIsBehindTheLakeIsRefused() throws Exception {
        POSTGRES.run("create table restored (id int primary key)", "insert into restored values (1)");
        try (PipelineRun run = new PipelineRun(POSTGRES, "restored", 1, "restored")) {
            run.start();
            run.awaitEqual();
            run.stop();
            POSTGRES.keepCopy();
            run.start();
            POSTGRES.run("insert into restored select g from generate_series(2, 5000) g");
            run.awaitEqual();
            run.stop();
            Lsn lake = run.lake.stamps().get(0);
            POSTGRES.restoreCopy();
            assertThat(Lsn.parse(POSTGRES.one("select pg_current_wal_flush_lsn()")))
                    .isLessThan(lake);
            run.start();
            assertThatThrownBy(() -> run.job().getJobExecutionResult().get(60, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasStackTraceContaining("E0219");
        }
    }
}
