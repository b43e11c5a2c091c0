package dev.sluice.stack;

import java.util.Map;
import java.util.TreeMap;

/** The SLUICE_* names by which configuration files refer to the stack; {@code compose.yaml} gives the same ones. */
final class StackEnvironment {
    private static final String USER = "sluice";

    private StackEnvironment() {}

    static Map<String, String> of(StackPorts ports, StackSecrets secrets) {
        Map<String, String> names = new TreeMap<>();
        names.put("SLUICE_POSTGRES_HOST", "127.0.0.1");
        names.put("SLUICE_POSTGRES_PORT", Integer.toString(ports.postgres()));
        names.put("SLUICE_POSTGRES_USER", USER);
        names.put("SLUICE_POSTGRES_PASSWORD", secrets.of("postgres-password").reveal());
        names.put("SLUICE_CATALOG_URI", local(ports.catalog()));
        names.put("SLUICE_CATALOG_TOKEN", secrets.of("catalog-token").reveal());
        names.put(
                "SLUICE_CATALOG_READER_TOKEN",
                secrets.of("catalog-reader-token").reveal());
        names.put("SLUICE_S3_ENDPOINT", local(ports.objectStore()));
        names.put("SLUICE_S3_REGION", "us-east-1");
        names.put("SLUICE_S3_ACCESS_KEY_ID", secrets.of("s3-access-key-id").reveal());
        names.put(
                "SLUICE_S3_SECRET_ACCESS_KEY",
                secrets.of("s3-secret-access-key").reveal());
        names.put("SLUICE_WAREHOUSE", "s3://lake/warehouse");
        names.put("SLUICE_FLINK_URL", local(ports.flink()));
        names.put("SLUICE_TRINO_URL", local(ports.trino()));
        names.put("SLUICE_CLICKHOUSE_URL", local(ports.clickhouse()));
        names.put("SLUICE_CLICKHOUSE_USER", USER);
        names.put(
                "SLUICE_CLICKHOUSE_PASSWORD", secrets.of("clickhouse-password").reveal());
        names.put("SLUICE_CLICKHOUSE_READER_USER", "sluice_reader");
        names.put(
                "SLUICE_CLICKHOUSE_READER_PASSWORD",
                secrets.of("clickhouse-reader-password").reveal());
        return Map.copyOf(names);
    }

    private static String local(int port) {
        return "http://127.0.0.1:" + port;
    }
}
