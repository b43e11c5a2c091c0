package dev.sluice.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.yaml.SpecParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecChangeTest {
    private static final String FILE = """
            pipeline: shop
            catalog: {uri: "http://127.0.0.1:1", token: "${env:SECRET}", warehouse: "s3://lake/warehouse"}
            source:
              postgres: {host: 127.0.0.1, port: 1, database: shop, user: sluice, password: "${env:SECRET}"}
              tables: [%s]
            hot:
              clickhouse: {url: "http://127.0.0.1:1", user: sluice, password: "${env:SECRET}", database: %s}
              tables: [%s]
            """;

    @TempDir
    Path folder;

    private PipelineSpec spec(String tables, String database, String hot) throws IOException {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), FILE.formatted(tables, database, hot));
        return SpecParser.parse(file, name -> Optional.of("hush")).orThrow();
    }

    @Test
    void aTableThatWasLoadedBeforeItBecameHotHasNoPast() throws IOException {
        PipelineSpec before = spec("public.orders, public.users", "hot", "orders");
        PipelineSpec after = spec("public.orders, public.users, public.items", "hot", "orders, users, items");
        assertThat(new SpecChange(before, after).hotTablesWithoutPast()).containsExactly("users");
        assertThat(new SpecChange(after, before).hotTablesWithoutPast()).isEmpty();
    }

    @Test
    void anotherHotDatabaseHasNoPastAtAll() throws IOException {
        PipelineSpec before = spec("public.orders, public.users", "hot", "orders");
        PipelineSpec after = spec("public.orders, public.users", "warm", "orders");
        assertThat(new SpecChange(before, after).hotTablesWithoutPast()).containsExactly("orders");
    }
}
