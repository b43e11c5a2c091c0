package dev.sluice.ingest.source.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** An application that does the same again and again, and measures how long it had to wait. */
final class ApplicationLoop implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 60_000;

    /** One round. */
    interface Step {
        void run(TimedStatement statement, int round) throws SQLException;
    }

    /** Executes statements and keeps the longest time that one took. */
    final class TimedStatement {
        private final Statement statement;

        private TimedStatement(Statement statement) {
            this.statement = statement;
        }

        void execute(String sql) throws SQLException {
            long start = System.nanoTime();
            try {
                statement.execute(sql);
            } finally {
                longestNanos = Math.max(longestNanos, System.nanoTime() - start);
            }
        }
    }

    /** Rests without being measured. */
    static void rest(long millis) {
        LockSupport.parkNanos(millis * 1_000_000);
    }

    private final TestPostgres postgres;
    private final Step step;
    private final Thread thread;
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private volatile long longestNanos;
    private volatile int rounds;
    private volatile boolean stopped;

    ApplicationLoop(TestPostgres postgres, Step step) {
        this.postgres = postgres;
        this.step = step;
        this.thread = new Thread(this::run, "application");
        thread.start();
    }

    private void run() {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path = public");
            TimedStatement timed = new TimedStatement(statement);
            while (!stopped) {
                step.run(timed, rounds);
                rounds++;
            }
        } catch (SQLException | RuntimeException e) {
            failures.add(e.toString());
        }
    }

    int rounds() {
        return rounds;
    }

    long longestMillis() {
        return longestNanos / 1_000_000;
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    void awaitRounds(int wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        while (rounds < wanted && failures.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the application did not come to round " + wanted);
            }
            Thread.sleep(5);
        }
    }

    /** Ends after the round that runs; a statement that is stuck is not waited for longer than a minute. */
    void stop() throws InterruptedException {
        stopped = true;
        thread.join(PATIENCE_MILLIS);
        if (thread.isAlive()) {
            failures.add("the application is stuck in round " + rounds);
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}
