package dev.sluice.ingest.source.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** Writers that change two tables in every way, in transactions that overlap; some roll back. */
final class Workload implements AutoCloseable {
    private static final int KEYS = 400;

    private final TestPostgres postgres;
    private final String table;
    private final Thread[] threads;
    private final AtomicLong transactions = new AtomicLong();
    private volatile boolean stopped;

    Workload(TestPostgres postgres, String table, long seed, int writers) {
        this.postgres = postgres;
        this.table = table;
        threads = new Thread[writers];
        for (int i = 0; i < writers; i++) {
            Random random = new Random(seed + i);
            threads[i] = new Thread(() -> write(random), "workload-" + i);
            threads[i].start();
        }
    }

    static void createTables(TestPostgres postgres, String table, int rows) {
        postgres.run(
                "create table " + table + " (id int primary key, v int, t text)",
                "alter table " + table + " alter column t set storage external",
                "create table " + table + "_pairs (b text, a int, v numeric(10,2), primary key (a, b))",
                "insert into " + table + " select g, g, repeat('x', 3000) || g from generate_series(1, " + rows + ") g",
                "insert into " + table + "_pairs select 'b' || g, g, g from generate_series(1, " + rows + ") g");
    }

    long transactions() {
        return transactions.get();
    }

    private void write(Random random) {
        while (!stopped) {
            try (Connection connection = postgres.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("set search_path = public; set lock_timeout = '500ms'");
                connection.setAutoCommit(false);
                while (!stopped) {
                    transaction(connection, statement, random);
                    Thread.sleep(random.nextInt(6));
                }
            } catch (SQLException | RuntimeException e) {
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void transaction(Connection connection, Statement statement, Random random) throws SQLException {
        try {
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                statement.execute(change(random));
            }
            if (random.nextInt(10) == 0) {
                connection.rollback();
            } else {
                connection.commit();
                transactions.incrementAndGet();
            }
        } catch (SQLException e) {
            connection.rollback();
        }
    }

    private String change(Random random) {
        int key = random.nextInt(KEYS);
        int other = random.nextInt(KEYS);
        return switch (random.nextInt(10)) {
            case 0 ->
                "insert into " + table + " select g, " + other + ", repeat('n', " + random.nextInt(4000)
                        + ") from generate_series(" + key + ", " + (key + 5) + ") g on conflict (id) do update set v = "
                        + table + ".v + 1";
            case 1, 2 -> "update " + table + " set v = v + 1 where id between " + key + " and " + (key + 20);
            case 3 -> "update " + table + " set t = repeat('u', " + random.nextInt(5000) + ") where id = " + key;
            case 4 -> "delete from " + table + " where id = " + key;
            case 5 ->
                "update " + table + " set id = " + other + " where id = " + key + " and not exists (select 1 from "
                        + table + " where id = " + other + ")";
            case 6 ->
                "insert into " + table + "_pairs values ('w" + other + "', " + key + ", 1.5) on conflict do nothing";
            case 7 -> "update " + table + "_pairs set v = v + 0.01 where a = " + key;
            case 8 -> "delete from " + table + "_pairs where a = " + key;
            default ->
                random.nextInt(40) == 0
                        ? "truncate " + table + "_pairs"
                        : "update " + table + "_pairs set b = b || '+' where a = " + key + " and length(b) < 50";
        };
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join(20_000);
        }
    }
}
