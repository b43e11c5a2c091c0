package dev.sluice.cli.bench;

import dev.sluice.cli.Session;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** How long an application waits for locks while its table is loaded and it truncates, alters or rewrites it in a loop. */
final class LoopsBench {
    private static final long SAMPLE_MILLIS = 5;

    /** What the application does again and again, without a pause. {@code %d} is the number of the round. */
    enum Loop {
        TRUNCATE(
                "begin",
                "truncate narrow",
                "rollback",
                "begin",
                "truncate small",
                "insert into small select g, %d from generate_series(1, 1000) g",
                "commit"),
        ALTER(
                "alter table narrow alter column quantity set default %d",
                "update narrow set quantity = %d where id = 1"),
        VACUUM_FULL("vacuum full narrow", "update narrow set quantity = %d where id = 2");

        private final String[] statements;

        Loop(String... statements) {
            this.statements = statements;
        }
    }

    private final BenchPipeline pipeline;
    private final AtomicLong longestWaitNanos = new AtomicLong();
    private final AtomicLong rounds = new AtomicLong();
    private final AtomicLong looks = new AtomicLong();
    private final AtomicLong looksAtWork = new AtomicLong();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile boolean stopped;
    private volatile int applicationPid;

    private LoopsBench(BenchPipeline pipeline) {
        this.pipeline = pipeline;
    }

    static void run(Session session, long rows, List<Loop> loops) throws Exception {
        BenchReport report = new BenchReport(session, "loops");
        for (Loop loop : loops) {
            try (BenchPipeline pipeline = new BenchPipeline(
                    session,
                    List.of("public.narrow", "public.small"),
                    LoadBench.NARROW_TABLE,
                    LoadBench.fill(rows),
                    "create table small (id int primary key, n int)",
                    "insert into small select g, 0 from generate_series(1, 1000) g")) {
                new LoopsBench(pipeline).measure(report, loop, rows);
            }
        }
        report.write();
    }

    private void measure(BenchReport report, Loop loop, long rows) throws Exception {
        Thread application = Thread.ofPlatform().name("application").start(() -> guarded(() -> apply(loop)));
        Thread sampler = Thread.ofPlatform().name("waits").start(() -> guarded(this::sample));
        long start = System.nanoTime();
        long seconds;
        try {
            pipeline.apply();
            pipeline.awaitPublished();
        } finally {
            seconds = (System.nanoTime() - start) / 1_000_000_000;
            stopped = true;
            application.join();
            sampler.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        pipeline.verify();
        long waitMillis = longestWaitNanos.get() / 1_000_000;
        long atWork = 100 * looksAtWork.get() / Math.max(1, looks.get());
        report.say(
                "%s: %,d rows loaded in %d s, exact; %d rounds meanwhile, in which the application was at work for %d %% of"
                        + " the time and waited for a lock for %d ms at most",
                loop, rows, seconds, rounds.get(), atWork, waitMillis);
        report.round(
                "loop",
                loop.name(),
                "rows",
                rows,
                "loadSeconds",
                seconds,
                "rounds",
                rounds.get(),
                "atWorkPercent",
                atWork,
                "longestLockWaitMillis",
                waitMillis);
    }

    private interface Work {
        void run() throws SQLException, InterruptedException;
    }

    private void guarded(Work work) {
        try {
            work.run();
        } catch (SQLException | InterruptedException | RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void apply(Loop loop) throws SQLException {
        try (Connection connection = pipeline.connect();
                Statement statement = connection.createStatement()) {
            try (ResultSet pid = statement.executeQuery("select pg_backend_pid()")) {
                pid.next();
                applicationPid = pid.getInt(1);
            }
            while (!stopped) {
                for (String sql : loop.statements) {
                    statement.execute(sql.formatted(rounds.get()));
                }
                rounds.incrementAndGet();
            }
        }
    }

    /** Watches the application's session: one wait is what lies between two looks at which it does not wait. */
    private void sample() throws SQLException, InterruptedException {
        try (Connection connection = pipeline.connect();
                PreparedStatement look = connection.prepareStatement(
                        "select wait_event_type = 'Lock', state = 'active' from pg_stat_activity where pid = ?")) {
            long waitsSince = 0;
            while (!stopped) {
                look.setInt(1, applicationPid);
                long now = System.nanoTime();
                boolean waits;
                try (ResultSet rows = look.executeQuery()) {
                    boolean isThere = rows.next();
                    waits = isThere && rows.getBoolean(1);
                    looks.incrementAndGet();
                    looksAtWork.addAndGet(isThere && !waits && rows.getBoolean(2) ? 1 : 0);
                }
                if (!waits) {
                    waitsSince = 0;
                } else if (waitsSince == 0) {
                    waitsSince = now;
                } else {
                    long wait = now - waitsSince;
                    longestWaitNanos.accumulateAndGet(wait, Math::max);
                }
                Thread.sleep(SAMPLE_MILLIS);
            }
        }
    }
}
