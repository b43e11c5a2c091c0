package dev.sluice.cli.demo;

import dev.sluice.demo.shop.ShopDatabase;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.Secret;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** What the steps share: where things are, and the pipeline. */
record DemoContext(
        Narrator narrator,
        DemoOptions options,
        Path specFile,
        PipelineSpec spec,
        Map<String, String> environment,
        LakeCatalog lake) {

    /** Trino's name of the lake for those who only read. */
    static final String READ_CATALOG = "lake_ro";

    ShopDatabase shop() {
        return shop(spec, environment);
    }

    /** As the application, which owns the tables: the pipeline's own role makes and fills nothing. */
    static ShopDatabase shop(PipelineSpec spec, Map<String, String> environment) {
        PipelineSpec.PostgresSourceSpec source = spec.postgres();
        return new ShopDatabase(
                source.host(),
                source.port(),
                source.database(),
                environment.get("SLUICE_APP_USER"),
                new Secret(environment.get("SLUICE_APP_PASSWORD")));
    }

    List<String> tables() {
        return tables(spec);
    }

    static List<String> tables(PipelineSpec spec) {
        return spec.source().tables().stream().map(PipelineSpec.TableSpec::name).toList();
    }

    /** A connection to Trino through trino-jdbc, as a BI tool would make it: any name, no password, reading only. */
    Connection trino() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "analyst");
        properties.setProperty("timezone", "UTC");
        return DriverManager.getConnection(trinoJdbcUrl(), properties);
    }

    String trinoJdbcUrl() {
        return environment.get("SLUICE_TRINO_URL").replaceFirst("^http", "jdbc:trino") + "/" + READ_CATALOG + "/bronze";
    }

    /** A connection to the hot store through clickhouse-jdbc, as a BI tool would make it. */
    Connection clickHouse() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", spec.hot().user());
        properties.setProperty("password", spec.hot().password().reveal());
        return DriverManager.getConnection(
                "jdbc:clickhouse:" + spec.hot().url() + "/" + spec.hot().database(), properties);
    }
}
