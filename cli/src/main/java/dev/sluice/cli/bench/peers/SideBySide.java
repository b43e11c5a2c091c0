package dev.sluice.cli.bench.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The outcomes as a table, line by line as they come, and as JSON. */
final class SideBySide {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final String LINE = "%-18s %-24s %7d %7d %6d %6d %6d %9s  %s";

    private final Session session;
    private final List<Outcome> outcomes = new ArrayList<>();

    SideBySide(Session session) {
        this.session = session;
        say(String.format(
                Locale.ROOT,
                "%-18s %-24s %7s %7s %6s %6s %6s %9s  %s",
                "scenario",
                "path",
                "source",
                "lake",
                "lost",
                "extra",
                "wrong",
                "torn",
                "so it is"));
    }

    private void say(String line) {
        session.out().println(line);
        session.out().flush();
    }

    void add(Outcome outcome) {
        outcomes.add(outcome);
        RowCount count = outcome.count();
        say(String.format(
                Locale.ROOT,
                LINE,
                outcome.scenario().label(),
                outcome.peer(),
                count.source(),
                count.lake(),
                count.lost(),
                count.extra(),
                count.wrong(),
                count.snapshots() == 0 ? "-" : count.torn() + " of " + count.snapshots(),
                outcome.verdict()));
        if (!outcome.says().isWell()) {
            say("                it says: " + outcome.says().text());
        }
    }

    /** Whether Sluice kept what it promises, in all of it. */
    boolean sluiceKeptAll() {
        return outcomes.stream()
                .filter(outcome -> outcome.peer().equals(SluicePeer.LABEL))
                .allMatch(Outcome::isKept);
    }

    void write(Path file) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode list = root.putArray("outcomes");
        outcomes.forEach(outcome -> describe(outcome, list.addObject()));
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        Files.write(file, JSON.writeValueAsBytes(root));
        say("figures: " + file);
    }

    private static void describe(Outcome outcome, ObjectNode node) {
        node.put("scenario", outcome.scenario().label())
                .put("description", outcome.scenario().description())
                .put("path", outcome.peer())
                .put("transactions", outcome.transactions())
                .put("arrived", outcome.arrived())
                .put("saysItIsWell", outcome.says().isWell())
                .put("says", outcome.says().text())
                .put("verdict", outcome.verdict())
                .put("seconds", outcome.seconds());
        count(outcome.count(), node.putObject("rows"));
        outcome.afterAdvice().ifPresent(count -> count(count, node.putObject("rowsAfterAdvice")));
    }

    private static void count(RowCount count, ObjectNode node) {
        node.put("source", count.source())
                .put("lake", count.lake())
                .put("lost", count.lost())
                .put("extra", count.extra())
                .put("wrong", count.wrong())
                .put("snapshots", count.snapshots())
                .put("torn", count.torn());
    }
}
