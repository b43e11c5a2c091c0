package dev.sluice.cli.demo;

import dev.sluice.spec.PipelineSpec;
import java.util.List;
import java.util.Map;

/** Where everything is, and what was measured. */
final class ClosingTable {
    private final DemoContext demo;

    ClosingTable(DemoContext demo) {
        this.demo = demo;
    }

    void print() {
        Map<String, String> names = demo.environment();
        PipelineSpec spec = demo.spec();
        demo.narrator()
                .step(
                        "Where things are",
                        "Secrets are in the state folder; `./sluice status -o env` prints them for your shell.");
        demo.narrator()
                .table(List.of(
                        List.of("what", "where"),
                        List.of("Trino (UI, SQL)", names.get("SLUICE_TRINO_URL") + "/ui/  (any user name)"),
                        List.of("Flink UI", names.get("SLUICE_FLINK_URL")),
                        List.of("ClickHouse", names.get("SLUICE_CLICKHOUSE_URL")),
                        List.of("Iceberg catalog", names.get("SLUICE_CATALOG_URI") + "/v1/config  (bearer token)"),
                        List.of("S3", names.get("SLUICE_S3_ENDPOINT") + "  bucket lake"),
                        List.of("JDBC, lake, reading", demo.trinoJdbcUrl() + "?user=analyst"),
                        List.of(
                                "JDBC, lake, writing",
                                names.get("SLUICE_TRINO_SECURE_URL").replaceFirst("^https", "jdbc:trino")
                                        + "/lake/bronze?user=" + names.get("SLUICE_TRINO_USER")
                                        + "&SSL=true&SSLTrustStorePath=" + names.get("SLUICE_TRINO_CERTIFICATE")
                                        + "  (password: SLUICE_TRINO_PASSWORD)"),
                        List.of(
                                "JDBC, hot",
                                "jdbc:clickhouse:" + spec.hot().url() + "/"
                                        + spec.hot().database() + "?user="
                                        + spec.hot().user()),
                        List.of(
                                "JDBC, source",
                                "jdbc:postgresql://" + spec.postgres().host() + ":"
                                        + spec.postgres().port() + "/"
                                        + spec.postgres().database() + "?user="
                                        + names.get("SLUICE_APP_USER")),
                        List.of(
                                "stop",
                                demo.options().once()
                                        ? "it stops now by itself (--once)"
                                        : "Ctrl-C here, or ./sluice down")));
        demo.narrator().summary();
    }
}
