package dev.sluice.cli.bench;

import dev.sluice.cli.Session;
import dev.sluice.cli.demo.PlainCopy;
import java.sql.Connection;
import java.util.List;

/** A first load beside a plain COPY of the same table, once in a TaskManager as it is found, then in a warm one. */
final class LoadBench {
    /** Thirteen narrow columns, as order items have them. */
    static final String NARROW_TABLE =
            "create table narrow (id bigint primary key, order_id bigint not null, product_id int not null, quantity int,"
                    + " unit_price numeric(10,2), discount numeric(5,2), tax numeric(10,2), status text, warehouse int,"
                    + " is_gift boolean, weight double precision, created_at timestamptz, shipped_on date)";

    private LoadBench() {}

    static String fill(long rows) {
        return "insert into narrow select g, g / 3, g % 50000, g % 7 + 1, (g % 100000) / 100.0, (g % 300) / 10.0,"
                + " (g % 2000) / 100.0, (array['new','paid','sent','done'])[g % 4 + 1], g % 12, g % 10 = 0, g * 0.5,"
                + " timestamptz '2026-01-01' + g * interval '1 second', date '2026-01-01' + (g % 300)::int"
                + " from generate_series(1, " + rows + ") g";
    }

    static void run(Session session, long rows, int rounds) throws Exception {
        BenchReport report = new BenchReport(session, "load");
        try (BenchPipeline pipeline = new BenchPipeline(
                session, List.of("public.narrow"), NARROW_TABLE, fill(rows), "vacuum analyze narrow")) {
            for (int round = 1; round <= rounds; round++) {
                PlainCopy.Measured copy;
                try (Connection connection = pipeline.connect()) {
                    copy = PlainCopy.run(connection, pipeline.tables());
                }
                long processorBefore = pipeline.processorTime().toNanos();
                long start = System.nanoTime();
                pipeline.apply();
                pipeline.awaitPublished();
                double seconds = (System.nanoTime() - start) / 1e9;
                double processorMicros = (pipeline.processorTime().toNanos() - processorBefore) / 1e3 / rows;
                pipeline.verify();
                double rate = rows / seconds;
                report.say(
                        "round %d: COPY %,.0f rows/s; load %,.0f rows/s, submit to published; ratio %.2f; %.2f us/row",
                        round, copy.rowsPerSecond(), rate, rate / copy.rowsPerSecond(), processorMicros);
                report.round(
                        "rows",
                        rows,
                        "copyRowsPerSecond",
                        copy.rowsPerSecond(),
                        "loadRowsPerSecond",
                        rate,
                        "ratio",
                        rate / copy.rowsPerSecond(),
                        "processorMicrosPerRow",
                        processorMicros);
                pipeline.drop();
            }
        }
        report.write();
    }
}
