package dev.sluice.stack;

import dev.sluice.stack.installation.Installation;
import java.nio.file.Path;
import java.util.Map;

/**
 * How the stack is laid out.
 *
 * @param project root of the installation, a checkout or a distribution; jars and configuration are found from here
 * @param home the state: data, logs, PID files, secrets
 */
public record StackConfig(Path project, Path home, StackPorts ports, Store store) {

    /** Which S3 server to run. */
    public enum Store {
        /** MinIO where its binary is found, S3Proxy where not. */
        AUTO,
        MINIO,
        S3PROXY
    }

    public StackConfig {
        project = project.toAbsolutePath().normalize();
        home = home.toAbsolutePath().normalize();
    }

    /** From SLUICE_PROJECT, SLUICE_HOME (default: the installation's) and SLUICE_PORT_OFFSET. */
    public static StackConfig fromEnvironment(Map<String, String> environment) {
        Path project = Path.of(environment.getOrDefault("SLUICE_PROJECT", "."));
        Path home = environment.containsKey("SLUICE_HOME")
                ? Path.of(environment.get("SLUICE_HOME"))
                : Installation.at(project).home();
        return new StackConfig(project, home, StackPorts.read(home, environment), Store.AUTO);
    }

    public Installation installation() {
        return Installation.at(project);
    }

    public StackConfig withStore(Store other) {
        return new StackConfig(project, home, ports, other);
    }

    /** Where things live that outlast a checkout: unpacked servers. */
    public static Path cache() {
        String base = System.getenv("XDG_CACHE_HOME");
        Path root = base == null || base.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(base);
        return root.resolve("sluice");
    }
}
