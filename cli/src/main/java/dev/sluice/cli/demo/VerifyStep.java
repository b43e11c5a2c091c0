package dev.sluice.cli.demo;

import dev.sluice.verify.Verifier;
import dev.sluice.verify.VerifyOptions;
import dev.sluice.verify.VerifyReport;

/** Source against lake, table by table, at one LSN, while the source keeps changing. */
final class VerifyStep {
    private final DemoContext demo;

    VerifyStep(DemoContext demo) {
        this.demo = demo;
    }

    void run() {
        Narrator narrator = demo.narrator();
        narrator.step(
                "sluice verify",
                "Rows and an order-free hash of every table, computed from PostgreSQL and, by an independent reader, from the lake.");
        VerifyReport report = new Verifier(demo.spec()).verify(VerifyOptions.defaults());
        report.text().lines().forEach(line -> narrator.say("%s", line));
        narrator.check(report.equal(), "lake and source are equal at LSN %s", report.lsn());
        narrator.measured(
                "verify",
                "%,d rows in %.1f s",
                report.tables().stream()
                        .mapToLong(VerifyReport.TableReport::rowsLake)
                        .sum(),
                report.seconds());
    }
}
