package dev.sluice.cli.bench.peers;

import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The stock path as the documentation of its parts puts it together: Flink CDC's incremental snapshot source, Iceberg's
 * sink in upsert mode with the primary key, format version 2. What is left out has its default.
 */
final class StockSql {
    static final String NAMESPACE = "stock";
    static final String SLOT = "stock";
    private static final String COLUMNS =
            "id BIGINT, balance DECIMAL(12, 2), grade INT, note STRING, PRIMARY KEY (id) NOT ENFORCED";

    private StockSql() {}

    /**
     * @param changelogMode {@code all}, for which the table needs REPLICA IDENTITY FULL, or {@code upsert}
     * @param from a checkpoint to go on from
     */
    static List<String> of(PipelineSpec spec, String job, String changelogMode, Optional<Path> from) {
        List<String> statements = new ArrayList<>();
        statements.add("SET pipeline.name=" + job);
        from.ifPresent(path -> statements.add("SET execution.savepoint.path=" + path.toUri()));
        statements.add("CREATE CATALOG lake WITH " + options(catalog(spec.catalog())));
        statements.add("CREATE DATABASE IF NOT EXISTS lake." + NAMESPACE);
        statements.add("CREATE TABLE IF NOT EXISTS lake." + NAMESPACE + "." + Scenario.TABLE + " (" + COLUMNS
                + ") WITH ('format-version'='2', 'write.upsert.enabled'='true')");
        statements.add("CREATE TEMPORARY TABLE source (" + COLUMNS + ") WITH "
                + options(source(spec.postgres(), changelogMode)));
        statements.add("INSERT INTO lake." + NAMESPACE + "." + Scenario.TABLE + " SELECT * FROM source");
        return statements;
    }

    private static Map<String, String> catalog(CatalogSpec catalog) {
        Map<String, String> options = new TreeMap<>(Map.of(
                "type",
                "iceberg",
                "catalog-type",
                "rest",
                "uri",
                catalog.uri(),
                "token",
                catalog.token().reveal(),
                "warehouse",
                catalog.warehouse(),
                "io-impl",
                "org.apache.iceberg.aws.s3.S3FileIO"));
        catalog.s3().ifPresent(s3 -> {
            options.put("s3.endpoint", s3.endpoint());
            options.put("s3.path-style-access", "true");
            options.put("client.region", s3.region());
            options.put("s3.access-key-id", s3.accessKeyId());
            options.put("s3.secret-access-key", s3.secretAccessKey().reveal());
        });
        return options;
    }

    private static Map<String, String> source(PostgresSourceSpec source, String changelogMode) {
        Map<String, String> options = new TreeMap<>(Map.of(
                "connector", "postgres-cdc",
                "hostname", source.host(),
                "port", Integer.toString(source.port()),
                "database-name", source.database(),
                "username", source.user(),
                "password", source.password().reveal()));
        options.put("schema-name", "public");
        options.put("table-name", Scenario.TABLE);
        options.put("slot.name", SLOT);
        options.put("decoding.plugin.name", "pgoutput");
        options.put("scan.incremental.snapshot.enabled", "true");
        options.put("changelog-mode", changelogMode);
        return options;
    }

    private static String options(Map<String, String> options) {
        return options.entrySet().stream()
                .map(option -> "'" + option.getKey() + "'='" + option.getValue().replace("'", "''") + "'")
                .collect(Collectors.joining(", ", "(", ")"));
    }
}
