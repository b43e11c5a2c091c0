package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.stack.StackServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What messages tell a user to run exists. */
class NamedCommandsTest {
    /** Where a text tells somebody to run something: at its start, after a quote, or after "; : , (" or "run". */
    private static final Pattern COMMAND =
            Pattern.compile("(?:[\"`]|[;:,(] |\\b[Rr]un |with |see )(\\./)?sluice ([a-z][a-z-]*)( [a-z-]+)?");
    /** A string literal of one line. */
    private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\\n]|\\\\.)*+\"");

    @Test
    void everyCommandThatAMessageNamesExists() throws IOException {
        String help = help();
        Map<String, String> unknown = new java.util.TreeMap<>();
        int found = 0;
        for (Path source : sources()) {
            Matcher text = STRING.matcher(Files.readString(source));
            while (text.find()) {
                Matcher command = COMMAND.matcher(text.group());
                while (command.find()) {
                    found++;
                    if (!exists(help, command)) {
                        unknown.put(command.group(2) + " in " + source.getFileName(), text.group());
                    }
                }
            }
        }
        assertThat(found).as("commands that messages name").isGreaterThan(20);
        assertThat(unknown).isEmpty();
    }

    /** What the catalogue of errors tells to run is a command, with its options, that this command line takes. */
    @Test
    void everyCommandLineThatAnAdviceQuotesIsTaken() {
        Pattern quoted = Pattern.compile("`sluice ([a-z-]+)([^`]*)`");
        int found = 0;
        for (ErrorCode code : ErrorCode.values()) {
            Matcher command = quoted.matcher(code.advice());
            while (command.find()) {
                found++;
                String help = run(command.group(1), "--help");
                assertThat(help).as(code + ": " + command.group()).contains("Usage: sluice " + command.group(1));
                for (String word : command.group(2).strip().split(" ")) {
                    if (word.startsWith("--")) {
                        assertThat(help).as(code + ": " + command.group()).contains(word);
                    }
                }
            }
        }
        assertThat(found).as("quoted command lines").isGreaterThan(8);
        assertThat(run("resync", "--help")).as("what Remedy.resync names").contains("TABLE");
        assertThat(Remedy.resync("orders")).startsWith("sluice resync orders ");
    }

    private static String run(String... arguments) {
        StringWriter out = new StringWriter();
        Session session = new Session(new PrintWriter(out), new PrintWriter(out), Map.of(), Path.of(""), false);
        Main.run(session, arguments);
        session.out().flush();
        session.err().flush();
        return out.toString();
    }

    private static boolean exists(String help, Matcher command) {
        String verb = command.group(2);
        if (verb.equals("upkeep")) {
            return true; // the name of a job
        }
        if (command.group(1) != null && (verb.equals("build") || verb.equals("test"))) {
            return true;
        }
        if (verb.equals("logs") && command.group(3) != null) {
            return Arrays.stream(StackServer.values())
                    .anyMatch(server -> server.label().equals(command.group(3).strip()));
        }
        return Pattern.compile("(?m)^  " + verb + "\\b").matcher(help).find();
    }

    private static String help() {
        StringWriter out = new StringWriter();
        Session session = new Session(new PrintWriter(out), new PrintWriter(out), Map.of(), Path.of(""), false);
        assertThat(Main.run(session)).isZero();
        session.out().flush();
        return out.toString();
    }

    /** The production sources of all modules; the tests run in their module's folder. */
    private static TreeSet<Path> sources() throws IOException {
        Path project = Path.of("..").toAbsolutePath().normalize();
        try (Stream<Path> all = Files.walk(project, 12)) {
            return all.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> project.relativize(path).toString().contains("src/main/java/"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
