package dev.sluice.cli.demo;

import dev.sluice.e2e.shop.ShopDatabase;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec;
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

    ShopDatabase shop() {
        return shop(spec);
    }

    static ShopDatabase shop(PipelineSpec spec) {
        PipelineSpec.PostgresSourceSpec source = spec.source();
        return new ShopDatabase(source.host(), source.port(), source.database(), source.user(), source.password());
    }

    List<String> tables() {
        return tables(spec);
    }

    static List<String> tables(PipelineSpec spec) {
        return spec.source().tables().stream().map(PipelineSpec.TableSpec::name).toList();
    }

    /** A connection to Trino through trino-jdbc, as a BI tool would make it. */
    Connection trino() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", spec.models().trinoUser());
        properties.setProperty("timezone", "UTC");
        return DriverManager.getConnection(trinoJdbcUrl(), properties);
    }

    String trinoJdbcUrl() {
        return spec.models().trinoUrl().replaceFirst("^http", "jdbc:trino") + "/"
                + spec.models().trinoCatalog() + "/bronze";
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
