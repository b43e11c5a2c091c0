package dev.sluice.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.cli.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a bench has measured, as lines and as JSON. */
final class BenchReport {
    private final Session session;
    private final String name;
    private final List<Map<String, Object>> rounds = new ArrayList<>();

    BenchReport(Session session, String name) {
        this.session = session;
        this.name = name;
        say("load average before: %s", loadAverage());
    }

    void say(String format, Object... arguments) {
        session.out().println(String.format(Locale.ROOT, format, arguments));
        session.out().flush();
    }

    /** Figures of a round, in the order in which they are given: name, value, name, value. */
    void round(Object... figures) {
        Map<String, Object> round = new LinkedHashMap<>();
        for (int i = 0; i < figures.length; i += 2) {
            round.put((String) figures[i], figures[i + 1]);
        }
        rounds.add(round);
    }

    /** Writes {@code bench/<name>.json} in the state folder. */
    void write() throws IOException {
        Path file = session.home().resolve("bench").resolve(name + ".json");
        Files.write(
                file,
                new ObjectMapper()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsBytes(Map.of("bench", name, "rounds", rounds)));
        say("load average after: %s; figures: %s", loadAverage(), file);
    }

    private static String loadAverage() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
