package dev.sluice.stack;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The SLUICE_* names by which configuration files refer to the stack; {@code compose.yaml} gives the same ones. All of
 * them are for the command line; a server is given those that it needs, see {@link dev.sluice.stack.server.Layout}.
 */
final class StackEnvironment {
    private static final String USER = "sluice";

    private StackEnvironment() {}

    static Map<String, String> of(StackConfig config, StackSecrets secrets) {
        StackPorts ports = config.ports();
        Map<String, String> names = new TreeMap<>();
        names.put("SLUICE_POSTGRES_HOST", "127.0.0.1");
        names.put("SLUICE_POSTGRES_PORT", Integer.toString(ports.postgres()));
        // Four roles: the administrator, the application that owns the source's tables, the pipeline, the catalog.
        names.put("SLUICE_POSTGRES_USER", USER);
        names.put("SLUICE_POSTGRES_PASSWORD", secrets.of("postgres-password").reveal());
        names.put("SLUICE_APP_USER", "sluice_app");
        names.put("SLUICE_APP_PASSWORD", secrets.of("app-password").reveal());
        names.put("SLUICE_SOURCE_USER", "sluice_cdc");
        names.put("SLUICE_SOURCE_PASSWORD", secrets.of("source-password").reveal());
        names.put("SLUICE_CATALOG_JDBC_USER", "sluice_catalog");
        names.put(
                "SLUICE_CATALOG_JDBC_PASSWORD",
                secrets.of("catalog-database-password").reveal());
        catalog(names, ports, secrets);
        names.put("SLUICE_FLINK_URL", local(ports.flink()));
        trino(names, config, secrets);
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

    private static void catalog(Map<String, String> names, StackPorts ports, StackSecrets secrets) {
        names.put("SLUICE_CATALOG_URI", local(ports.catalog()));
        names.put("SLUICE_CATALOG_TOKEN", secrets.of("catalog-token").reveal());
        for (String role : new String[] {"reader", "upkeep", "admin"}) {
            names.put(
                    "SLUICE_CATALOG_" + role.toUpperCase(java.util.Locale.ROOT) + "_TOKEN",
                    secrets.of("catalog-" + role + "-token").reveal());
        }
        names.put("SLUICE_S3_ENDPOINT", local(ports.objectStore()));
        names.put("SLUICE_S3_REGION", "us-east-1");
        names.put("SLUICE_S3_ACCESS_KEY_ID", secrets.of("s3-access-key-id").reveal());
        names.put(
                "SLUICE_S3_SECRET_ACCESS_KEY",
                secrets.of("s3-secret-access-key").reveal());
        names.put(
                "SLUICE_S3_READER_ACCESS_KEY_ID",
                secrets.of("s3-reader-access-key-id").reveal());
        names.put(
                "SLUICE_S3_READER_SECRET_ACCESS_KEY",
                secrets.of("s3-reader-secret-access-key").reveal());
        names.put("SLUICE_WAREHOUSE", "s3://lake/warehouse");
    }

    private static void trino(Map<String, String> names, StackConfig config, StackSecrets secrets) {
        Path keys = config.home().toAbsolutePath().resolve("data/trino/tls");
        // Any name and no password, reading only.
        names.put("SLUICE_TRINO_URL", local(config.ports().trino()));
        names.put(
                "SLUICE_TRINO_SECURE_URL", "https://127.0.0.1:" + config.ports().trinoSecure());
        names.put("SLUICE_TRINO_USER", USER);
        names.put("SLUICE_TRINO_PASSWORD", secrets.of("trino-password").reveal());
        names.put("SLUICE_TRINO_CERTIFICATE", keys.resolve("server.crt").toString());
        names.put("SLUICE_TRINO_KEYSTORE", keys.resolve("server.p12").toString());
        names.put(
                "SLUICE_TRINO_KEYSTORE_PASSWORD",
                secrets.of("keystore-password").reveal());
        names.put(
                "SLUICE_TRINO_INTERNAL_SECRET",
                secrets.of("trino-internal-secret").reveal());
    }

    private static String local(int port) {
        return "http://127.0.0.1:" + port;
    }
}
