package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.cli.stack.SessionStack;
import dev.sluice.ingest.PipelineJob;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpecJson;
import dev.sluice.stack.flink.FlinkRest;
import dev.sluice.stack.installation.Installation;
import dev.sluice.stack.installation.Part;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;

/**
 * Real servers under {@code cli/target/stack}, started, used and stopped by the commands that a user types: each runs in
 * this process with a session of its own.
 */
final class CommandLineStack implements AutoCloseable {
    /** Other ports than those of the stack in e2e, whose tests may run at the same time. */
    private static final String PORT_OFFSET = System.getenv().getOrDefault("SLUICE_TEST_PORT_OFFSET", "9000");

    private static final Duration PATIENCE = Duration.ofSeconds(75);

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>(System.getenv());

    /** What a command came to. */
    record Ran(int exitCode, String out, String err) {
        String all() {
            return out + err;
        }
    }

    private CommandLineStack(Path folder) {
        this.folder = folder;
        environment.put("SLUICE_HOME", folder.resolve("home").toString());
        environment.put("SLUICE_PORT_OFFSET", PORT_OFFSET);
        environment.put("SLUICE_PROJECT", project().toString());
    }

    /** Clears away what a killed run left, and starts {@code servers}. */
    static CommandLineStack up(String... servers) throws IOException {
        CommandLineStack stack = new CommandLineStack(project().resolve("cli/target/stack"));
        Files.createDirectories(stack.folder);
        stack.run("down");
        dev.sluice.stack.fetch.Folders.delete(stack.folder);
        Files.createDirectories(stack.folder);
        String[] command = new String[servers.length + 1];
        command[0] = "up";
        System.arraycopy(servers, 0, command, 1, servers.length);
        Ran ran = stack.run(command);
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        return stack;
    }

    private static Path project() {
        return Path.of(System.getProperty("sluice.home", "..")).toAbsolutePath().normalize();
    }

    Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Session session =
                new Session(new PrintWriter(out, true), new PrintWriter(err, true), environment, folder, false);
        int exitCode = Main.run(session, arguments);
        Ran ran = new Ran(exitCode, out.toString(), err.toString());
        System.out.println("$ sluice " + String.join(" ", arguments) + "  -> " + exitCode + "\n" + ran.all());
        return ran;
    }

    /** The same, for a command that has to succeed. */
    Ran succeed(String... arguments) {
        Ran ran = run(arguments);
        assertThat(ran.exitCode())
                .as("sluice %s: %s", String.join(" ", arguments), ran.all())
                .isZero();
        return ran;
    }

    /** Repeats a command until it comes to what is expected. */
    Ran until(Predicate<Ran> expected, String... arguments) {
        return await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).until(() -> run(arguments), expected);
    }

    /** The state folder. */
    Path home() {
        return folder.resolve("home");
    }

    /** A variable of the environment of the commands that follow. */
    void setVariable(String name, String value) {
        environment.put(name, value);
    }

    String variable(String name) {
        Session session = new Session(
                new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), environment, folder, false);
        return SessionStack.lookup(session).apply(name).orElseThrow();
    }

    /** A database of that name, made anew with these statements; nothing follows it yet. */
    void createDatabase(String name, String... statements) throws SQLException {
        sql("postgres", "create database " + name);
        sql(name, statements);
    }

    void sql(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", variable("SLUICE_POSTGRES_USER"));
        properties.setProperty("password", variable("SLUICE_POSTGRES_PASSWORD"));
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + variable("SLUICE_POSTGRES_PORT") + "/" + database, properties);
    }

    /** Writes the file of a pipeline named like its database; returns its path. */
    String pipelineFile(String name, String... tables) throws IOException {
        String text = """
                pipeline: %1$s
                catalog:
                  uri: ${env:SLUICE_CATALOG_URI}
                  token: ${env:SLUICE_CATALOG_TOKEN}
                  upkeep-token: ${env:SLUICE_CATALOG_UPKEEP_TOKEN}
                  warehouse: ${env:SLUICE_WAREHOUSE}
                  namespace: %1$s
                  s3:
                    endpoint: ${env:SLUICE_S3_ENDPOINT}
                    region: ${env:SLUICE_S3_REGION}
                    access-key-id: ${env:SLUICE_S3_ACCESS_KEY_ID}
                    secret-access-key: ${env:SLUICE_S3_SECRET_ACCESS_KEY}
                source:
                  postgres:
                    host: ${env:SLUICE_POSTGRES_HOST}
                    port: ${env:SLUICE_POSTGRES_PORT}
                    database: %1$s
                    user: ${env:SLUICE_POSTGRES_USER}
                    password: ${env:SLUICE_POSTGRES_PASSWORD}
                    ssl-mode: disable
                  tables: [%2$s]
                stream: {commit-interval: 500ms, parallelism: 1}
                """.formatted(name, String.join(", ", tables));
        Path file = folder.resolve(name + ".yaml");
        Files.writeString(file, text);
        return file.toString();
    }

    /** The resolved pipeline, as the job gets it. */
    PipelineSpec applied(String pipeline) {
        return PipelineSpecJson.read(folder.resolve("home/pipelines/" + pipeline + ".json"));
    }

    FlinkRest flink() {
        return new FlinkRest(variable("SLUICE_FLINK_URL"));
    }

    /** Submits the job of an applied pipeline once more, as somebody does who does not know that it runs. */
    String submitCopy(String pipeline) {
        return flink().run(
                        Installation.at(project()).jobJar(Part.INGEST),
                        PipelineJob.class.getName(),
                        List.of(
                                "--pipeline-file",
                                folder.resolve("home/pipelines/" + pipeline + ".json")
                                        .toString()));
    }

    @Override
    public void close() {
        run("down");
    }
}
