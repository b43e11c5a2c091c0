package dev.sluice.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.hadoop.HadoopFileIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Iceberg's own tests of a REST catalog against ours. They run in a process of their own; the module beside this one
 * resolves its class path.
 */
class CompatibilityKitIT {
    private static final int PASSED_BY_ICEBERGS_OWN_SERVER = 144;
    private static final long MINUTES_MAX = 8;

    @TempDir
    Path folder;

    /** Some of the tests put tables into {@code file:} places or move files of the warehouse, so it is a folder here. */
    @Test
    void passesAllThatIcebergsOwnServerPasses() throws Exception {
        Path warehouse = Files.createDirectory(folder.resolve("warehouse"));
        try (CatalogServer server = CatalogServer.start(
                CatalogFixture.config(CatalogFixture.newDatabase(), warehouse.toString()),
                new HadoopFileIO(new Configuration()))) {
            Report report = run(Map.of(
                    "CATALOG_URI",
                    "http://127.0.0.1:" + server.port(),
                    "CATALOG_WAREHOUSE",
                    warehouse.toString(),
                    "CATALOG_TOKEN",
                    CatalogFixture.WRITER_TOKEN,
                    "CATALOG_IO__IMPL",
                    HadoopFileIO.class.getName()));
            System.out.println("compatibility kit over local files: " + report.summary());
            assertThat(report.failures).isEmpty();
            assertThat(report.passed).isGreaterThanOrEqualTo(PASSED_BY_ICEBERGS_OWN_SERVER);
        }
    }

    /** The server as it ships. Only tests that name local files fail then: S3 cannot hold those. */
    @Test
    void overAnObjectStoreFailsOnlyWhereATestNeedsLocalFiles() throws Exception {
        Map<String, String> environment = CatalogProcess.environment();
        Report report;
        try (CatalogProcess server = CatalogProcess.start(environment, folder)) {
            assertThat(server.isReady()).as(server.log()).isTrue();
            report = run(Map.of(
                    "CATALOG_URI",
                    "http://127.0.0.1:" + environment.get("SLUICE_CATALOG_PORT"),
                    "CATALOG_WAREHOUSE",
                    environment.get("SLUICE_WAREHOUSE"),
                    "CATALOG_TOKEN",
                    environment.get("SLUICE_CATALOG_ADMIN_TOKEN")));
        }
        System.out.println("compatibility kit over the object store: " + report.summary());
        assertThat(report.failures)
                .allSatisfy(failure ->
                        assertThat(failure).containsAnyOf("cannot determine scheme: file:", "NoSuchFileException"));
        assertThat(report.passed).isGreaterThanOrEqualTo(PASSED_BY_ICEBERGS_OWN_SERVER - 14);
    }

    private record Report(int found, int passed, int skipped, List<String> failures) {
        String summary() {
            return found + " tests, " + passed + " passed, " + failures.size() + " failed, " + skipped
                    + " skipped or aborted";
        }
    }

    private Report run(Map<String, String> environment) throws Exception {
        Path classPath = CatalogFixture.PROJECT.resolve("catalog/compatibility-kit/target/runtime.classpath");
        assertThat(classPath).as("run: mvn -pl catalog -am package").isReadable();
        Path reports = Files.createTempDirectory(folder, "reports");
        Path log = CatalogFixture.PROJECT.resolve("catalog/target/compatibility-kit.log");
        ProcessBuilder kit = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx700m",
                "-Drck.local=false",
                "-Drck.requires-namespace-create=true",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                Files.readString(classPath).strip(),
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--disable-banner",
                "--details=none",
                "--reports-dir=" + reports,
                "--select-class=org.apache.iceberg.rest.RESTCompatibilityKitCatalogTests",
                "--select-class=org.apache.iceberg.rest.RESTCompatibilityKitViewCatalogTests");
        kit.environment().putAll(environment);
        kit.redirectErrorStream(true).redirectOutput(log.toFile());
        Process process = kit.start();
        try {
            assertThat(process.waitFor(MINUTES_MAX, TimeUnit.MINUTES))
                    .as("the kit ends within " + MINUTES_MAX + " minutes")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return read(reports, log);
    }

    private static Report read(Path reports, Path log) throws Exception {
        File file = reports.resolve("TEST-junit-jupiter.xml").toFile();
        assertThat(file).as("a report; see " + log).exists();
        NodeList cases = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(file)
                .getElementsByTagName("testcase");
        int skipped = 0;
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < cases.getLength(); i++) {
            Element one = (Element) cases.item(i);
            if (one.getElementsByTagName("skipped").getLength() > 0) {
                skipped++;
            }
            for (String kind : List.of("failure", "error")) {
                if (one.getElementsByTagName(kind).getLength() > 0) {
                    failures.add(one.getAttribute("name") + ": "
                            + one.getElementsByTagName(kind).item(0).getTextContent());
                }
            }
        }
        return new Report(cases.getLength(), cases.getLength() - skipped - failures.size(), skipped, failures);
    }
}
