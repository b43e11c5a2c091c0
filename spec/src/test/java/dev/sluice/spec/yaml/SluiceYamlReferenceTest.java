package dev.sluice.spec.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluice.spec.reference.GeneratedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SluiceYamlReferenceTest {
    private static final String SHOP = "demo/shop/sluice.yaml";

    @Test
    void theSchemaIsGeneratedFromTheKeys() throws IOException {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
                        Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER))
                .withArrayIndenter(new DefaultIndenter("  ", "\n"))
                .withObjectIndenter(new DefaultIndenter("  ", "\n"));
        GeneratedFile.mustEqual(
                "spec/sluice.schema.json",
                new ObjectMapper().writer(printer).writeValueAsString(JsonSchemaOfKeys.document()) + "\n");
    }

    @Test
    void theReferencePageIsGeneratedFromTheKeys() throws IOException {
        GeneratedFile.mustEqual("docs/reference/sluice-yaml.md", ReferencePage.text());
    }

    @Test
    void theSchemaAcceptsTheShop() throws IOException {
        assertThat(violations(Files.readString(GeneratedFile.path(SHOP)))).isEmpty();
    }

    @Test
    void theSchemaRefusesWhatTheParserRefuses() throws IOException {
        String shop = Files.readString(GeneratedFile.path(SHOP));
        for (Map.Entry<String, String> change : Map.of(
                        "pipeline: shop", "pipeline: Shop",
                        "commit-interval: 2s", "commit-interval: 2",
                        "target-file-size: 128MB", "target-file-size: 128",
                        "retain-last: 5", "retain-last: none",
                        "parallelism: 2", "parallel: 2",
                        "uri: ${env:SLUICE_CATALOG_URI}", "uri: localhost",
                        "- public.orders\n", "- orders\n")
                .entrySet()) {
            assertThat(shop).contains(change.getKey());
            assertThat(violations(shop.replace(change.getKey(), change.getValue())))
                    .as(change.getValue())
                    .isNotEmpty();
        }
    }

    @Test
    void theParserAcceptsTheShopWithTheEnvironmentOfTheLocalStack() {
        Map<String, String> environment = new HashMap<>();
        for (String part : List.of("CATALOG_URI", "S3_ENDPOINT", "TRINO_SECURE_URL", "CLICKHOUSE_URL")) {
            environment.put("SLUICE_" + part, "http://127.0.0.1:18000");
        }
        environment.put("SLUICE_POSTGRES_PORT", "15432");
        environment.put("SLUICE_POSTGRES_HOST", "127.0.0.1");
        environment.put("SLUICE_WAREHOUSE", "s3://lake/warehouse");
        ParsedSpec parsed = SpecParser.parse(
                GeneratedFile.path(SHOP),
                name -> Optional.ofNullable(environment.getOrDefault(
                        name, name.equals("SLUICE_SHOP_DATABASE") || name.contains("SSL") ? null : "x")));

        // The folders of models and views are other people's; only they may be missing.
        assertThat(parsed.problems()).allMatch(problem -> problem.message().contains("does not exist"));
    }

    private static List<String> violations(String yaml) throws IOException {
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(GeneratedFile.path("spec/sluice.schema.json")));
        String json = new ObjectMapper().writeValueAsString(new YAMLMapper().readTree(yaml));
        return schema.validate(json, InputFormat.JSON).stream()
                .map(Object::toString)
                .toList();
    }
}
