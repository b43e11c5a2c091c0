package dev.sluice.torture;

import dev.sluice.torture.workload.TortureTables;
import java.util.stream.Collectors;

/** The file of the pipeline that is tortured. */
public final class TorturePipeline {
    /** Also of its database, its namespace and its hot database. */
    public static final String NAME = "torture";

    private static final String YAML = """
            pipeline: torture
            catalog:
              uri: http://127.0.0.1:%1$d
              token: ${env:SLUICE_CATALOG_TOKEN}
              upkeep-token: ${env:SLUICE_CATALOG_UPKEEP_TOKEN}
              warehouse: ${env:SLUICE_WAREHOUSE}
              namespace: torture
              s3:
                endpoint: http://127.0.0.1:%2$d
                region: ${env:SLUICE_S3_REGION}
                access-key-id: ${env:SLUICE_S3_ACCESS_KEY_ID}
                secret-access-key: ${env:SLUICE_S3_SECRET_ACCESS_KEY}
            source:
              postgres:
                host: 127.0.0.1
                port: %3$d
                database: torture
                user: ${env:SLUICE_POSTGRES_USER}
                password: ${env:SLUICE_POSTGRES_PASSWORD}
                ssl-mode: disable
              tables: [%4$s]
            stream: {commit-interval: 1s, parallelism: 2}
            # Snapshots stay: each is to be looked at.
            upkeep: {snapshot-retention: 7d, min-input-files: 2, delete-file-threshold: 1}
            """;

    private static final String HOT = """
            hot:
              clickhouse:
                url: ${env:SLUICE_CLICKHOUSE_URL}
                user: ${env:SLUICE_CLICKHOUSE_USER}
                password: ${env:SLUICE_CLICKHOUSE_PASSWORD}
                database: torture
              tables: [checking]
            """;

    private TorturePipeline() {}

    /** @param withHot whether a table is hot, so that ClickHouse takes part */
    public static String yaml(int catalogPort, int storePort, int postgresPort, boolean withHot) {
        String tables = TortureTables.ALL.stream().map(name -> "public." + name).collect(Collectors.joining(", "));
        return YAML.formatted(catalogPort, storePort, postgresPort, tables) + (withHot ? HOT : "");
    }
}
