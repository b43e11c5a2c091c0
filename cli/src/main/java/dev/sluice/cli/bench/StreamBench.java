package dev.sluice.cli.bench;

import dev.sluice.cli.Session;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A backlog drained into the lake beside {@code pg_recvlogical}, which throws the same changes away. */
final class StreamBench {
    private static final String PEER = "sluice_bench_peer";
    private static final long TABLE_ROWS = 500_000;
    private static final int EVENTS_PER_TRANSACTION = 1_700;
    private static final int PEER_MINUTES_MAX = 15;

    private final BenchPipeline pipeline;
    private long newId = TABLE_ROWS;

    private StreamBench(BenchPipeline pipeline) {
        this.pipeline = pipeline;
    }

    static void run(Session session, long events, int rounds) throws Exception {
        BenchReport report = new BenchReport(session, "stream");
        try (BenchPipeline pipeline = new BenchPipeline(
                session,
                List.of("public.narrow"),
                LoadBench.NARROW_TABLE,
                LoadBench.fill(TABLE_ROWS),
                "create publication " + PEER + " for table narrow")) {
            StreamBench bench = new StreamBench(pipeline);
            pipeline.apply();
            pipeline.awaitPublished();
            for (int round = 1; round <= rounds; round++) {
                bench.round(report, round, events);
            }
        }
        report.write();
    }

    private void round(BenchReport report, int round, long eventsWanted) throws Exception {
        pipeline.stop();
        pipeline.run("select pg_create_logical_replication_slot('" + PEER + "', 'pgoutput')");
        long events = change(eventsWanted);
        Lsn end = Lsn.parse(pipeline.one("select pg_current_wal_flush_lsn()"));
        // Something after the end, so that both readers come past it.
        pipeline.run("select pg_logical_emit_message(true, 'bench', 'end')");
        double peerRate = events / drainByPeer(end);
        pipeline.run("select pg_drop_replication_slot('" + PEER + "')");

        long processorBefore = pipeline.processorTime().toNanos();
        long start = System.nanoTime();
        pipeline.apply();
        pipeline.awaitPosition(end);
        double rate = events / ((System.nanoTime() - start) / 1e9);
        double processorMicros = (pipeline.processorTime().toNanos() - processorBefore) / 1e3 / events;
        pipeline.verify();
        report.say(
                "round %d: pg_recvlogical %,.0f events/s; lake %,.0f events/s, submit to committed; ratio %.2f; %.2f us/event",
                round, peerRate, rate, rate / peerRate, processorMicros);
        report.round(
                "events",
                events,
                "peerEventsPerSecond",
                peerRate,
                "lakeEventsPerSecond",
                rate,
                "ratio",
                rate / peerRate,
                "processorMicrosPerEvent",
                processorMicros);
    }

    /** Six inserts, three updates and one delete of ten events; returns how many events there were. */
    private long change(long wanted) throws SQLException {
        long events = 0;
        int step = EVENTS_PER_TRANSACTION / 10;
        try (Connection connection = pipeline.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (events < wanted) {
                long first = newId + 1;
                newId += 6L * step;
                events += statement.executeUpdate(
                        "insert into narrow select g, g, 1, 1, 9.99, 0, 1, 'new', 1, false, 1.5,"
                                + " now(), current_date from generate_series(" + first + ", " + newId + ") g");
                events +=
                        statement.executeUpdate("update narrow set status = 'sent', quantity = quantity + 1 where id in"
                                + " (select (random() * " + (newId - 1) + ")::bigint + 1 from generate_series(1, "
                                + 3 * step
                                + "))");
                events += statement.executeUpdate("delete from narrow where id in (select (random() * " + (newId - 1)
                        + ")::bigint + 1 from generate_series(1, " + step + "))");
                connection.commit();
            }
        }
        return events;
    }

    /** Seconds that {@code pg_recvlogical} took to {@code end}; E0102 where it is not installed. */
    private double drainByPeer(Lsn end) throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                "pg_recvlogical",
                "--host=" + pipeline.source().host(),
                "--port=" + pipeline.source().port(),
                "--username=" + pipeline.source().user(),
                "--dbname=" + pipeline.source().database(),
                "--slot=" + PEER,
                "--start",
                "--no-loop",
                "--file=/dev/null",
                "--endpos=" + end,
                "--option=proto_version=2",
                "--option=binary=true",
                "--option=publication_names=" + PEER);
        builder.environment().put("PGPASSWORD", pipeline.source().password().reveal());
        builder.redirectErrorStream(true).redirectOutput(Path.of("/dev/null").toFile());
        long start = System.nanoTime();
        try {
            Process process = builder.start();
            if (!process.waitFor(PEER_MINUTES_MAX, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new SluiceException(
                        ErrorCode.E0301, "pg_recvlogical did not come to " + end, "give fewer --events");
            }
            if (process.exitValue() != 0) {
                throw new SluiceException(
                        ErrorCode.E0301,
                        "pg_recvlogical ended with " + process.exitValue(),
                        "run it by hand against the local stack");
            }
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1304,
                    "pg_recvlogical cannot be started: " + e.getMessage(),
                    "install PostgreSQL's client (Debian: apt-get install postgresql-client)",
                    e);
        }
        return (System.nanoTime() - start) / 1e9;
    }
}
