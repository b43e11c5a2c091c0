package dev.sluice.cli;

import dev.sluice.stack.installation.Installation;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a run of the command has around it; tests make their own.
 *
 * @param out results
 * @param err progress and errors
 * @param environment variables of the process
 * @param folder relative paths start here
 * @param interactive whether a person looks at {@code err}
 */
public record Session(
        PrintWriter out, PrintWriter err, Map<String, String> environment, Path folder, boolean interactive) {

    /** The session of this process. */
    static Session ofProcess() {
        return new Session(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                System.getenv(),
                Path.of("").toAbsolutePath(),
                System.console() != null && System.console().isTerminal());
    }

    /** What the front door that was used belongs to, which names it; else the one that this folder lies in. */
    public Installation installation() {
        String named = environment.get("SLUICE_PROJECT");
        if (named != null && !named.isEmpty()) {
            return Installation.at(folder.resolve(named));
        }
        for (Path at = folder; at != null; at = at.getParent()) {
            if (Files.isRegularFile(at.resolve("spec/sluice.schema.json"))) {
                return Installation.at(at);
            }
        }
        return Installation.at(folder);
    }

    /** The folder of all state: servers' data and logs, applied pipelines. */
    public Path home() {
        String named = environment.get("SLUICE_HOME");
        return named != null && !named.isEmpty()
                ? folder.resolve(named)
                : installation().home();
    }

    /** A line for the person who waits; not part of the result. */
    public void say(String line) {
        err.println(line);
        err.flush();
    }
}
