package dev.sluice.stack;

import java.nio.file.Path;
import java.util.Map;

/**
 * How the stack is laid out.
 *
 * @param project root of the checkout; the build's class paths and the configuration files are found from here
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

    /** From SLUICE_PROJECT, SLUICE_HOME (default {@code .sluice} in the project) and SLUICE_PORT_OFFSET. */
    public static StackConfig fromEnvironment(Map<String, String> environment) {
        Path project = Path.of(environment.getOrDefault("SLUICE_PROJECT", "."));
        Path home = environment.containsKey("SLUICE_HOME")
                ? Path.of(environment.get("SLUICE_HOME"))
                : project.resolve(".sluice");
        return new StackConfig(project, home, StackPorts.read(home, environment), Store.AUTO);
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
