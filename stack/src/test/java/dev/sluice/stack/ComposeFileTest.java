package dev.sluice.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What {@code compose.yaml} says about who sees which secret and runs as whom. It starts no container. */
class ComposeFileTest {
    private static final Path FILE =
            Path.of(System.getProperty("sluice.home", "..")).resolve("compose.yaml");
    private static final String MAKER = "secrets";
    private static Map<String, Object> file;

    @BeforeAll
    static void read() throws IOException {
        try (Reader reader = Files.newBufferedReader(FILE)) {
            file = new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> services() {
        return (Map<String, Map<String, Object>>) file.get("services");
    }

    /** The named volumes that a service mounts. */
    private static List<String> volumes(Map<String, Object> service) {
        List<String> names = new ArrayList<>();
        for (Object volume : (List<?>) service.getOrDefault("volumes", List.of())) {
            names.add(volume instanceof Map<?, ?> map ? (String) map.get("source") : ((String) volume).split(":")[0]);
        }
        names.removeIf(name -> name.startsWith("."));
        return names;
    }

    @Test
    void eachServiceSeesItsOwnSecretsAndNoOthers() {
        services().forEach((name, service) -> {
            List<String> secrets = volumes(service).stream()
                    .filter(volume -> volume.startsWith(MAKER))
                    .toList();
            if (name.equals(MAKER)) {
                assertThat(secrets).hasSizeGreaterThan(5);
            } else {
                assertThat(secrets).as(name).isSubsetOf("secrets-" + name);
            }
        });
    }

    @Test
    void onlyWhatMakesTheSecretsRunsAsRootAndItHasNoNetwork() {
        assertThat(services().get(MAKER)).containsEntry("user", "0").containsEntry("network_mode", "none");
        services().forEach((name, service) -> {
            assertThat(service).as(name).containsEntry("cap_drop", List.of("ALL"));
            assertThat(service).as(name).containsEntry("security_opt", List.of("no-new-privileges:true"));
            if (!name.equals(MAKER)) {
                // Images of our own and of Trino name a user themselves; the others would begin as root.
                boolean hasOwnUser =
                        List.of("catalog", "flink-libraries", "trino", "sluice").contains(name);
                assertThat(hasOwnUser || service.containsKey("user")).as(name).isTrue();
                assertThat(service.getOrDefault("user", "")).as(name).isNotIn("0", "root");
                assertThat(service).as(name).doesNotContainKey("cap_add");
            }
        });
    }

    @Test
    @SuppressWarnings("unchecked")
    void everyVolumeAndServiceThatIsNamedIsThere() {
        services().forEach((name, service) -> {
            assertThat(((Map<?, ?>) file.get("volumes")).keySet().stream().map(Object::toString))
                    .as(name)
                    .containsAll(volumes(service));
            assertThat(services().keySet())
                    .as(name)
                    .containsAll(((Map<String, Object>) service.getOrDefault("depends_on", Map.of())).keySet());
        });
    }

    @Test
    void noPortIsReachedFromOtherMachines() {
        services()
                .forEach((name, service) -> ((List<?>) service.getOrDefault("ports", List.of()))
                        .forEach(port -> assertThat((String) port).as(name).startsWith("127.0.0.1:")));
    }
}
