package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A short run with two faults, as a user types it, on a stack of its own. */
class TortureIT {
    private static final String PORT_OFFSET = System.getenv().getOrDefault("SLUICE_TEST_PORT_OFFSET", "9000");

    @Test
    void everySnapshotIsExactWhileAProcessDiesAndAnAnswerIsLost() throws IOException {
        Path project = Path.of(System.getProperty("sluice.home", ".."))
                .toAbsolutePath()
                .normalize();
        Path folder = Files.createDirectories(project.resolve("cli/target/torture"));
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("SLUICE_PROJECT", project.toString());
        environment.put("SLUICE_HOME", folder.resolve("home").toString());
        environment.put("SLUICE_PORT_OFFSET", PORT_OFFSET);
        StringWriter out = new StringWriter();
        Session session =
                new Session(new PrintWriter(out, true), new PrintWriter(System.out, true), environment, folder, false);
        int exitCode = Main.run(
                session,
                "torture",
                "--seed",
                "7",
                "--minutes",
                "0.3",
                "--faults",
                "kill-taskmanager,answer-lost-catalog",
                "--json",
                "report.json");
        System.out.println(out);
        assertThat(exitCode).as(out.toString()).isZero();
        JsonNode report = new ObjectMapper().readTree(Files.readString(folder.resolve("report.json")));
        assertThat(report.path("mismatches").asInt()).isZero();
        assertThat(report.path("fired").path("kill-taskmanager").asInt()).isPositive();
        assertThat(report.path("fired").path("answer-lost-catalog").asInt()).isPositive();
        assertThat(report.path("lake").path("dataSnapshots").asInt()).isGreaterThan(20);
        assertThat(report.path("source").path("readByOracle").asInt()).isGreaterThan(100);
    }
}
