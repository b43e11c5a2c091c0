package dev.sluice.e2e.notebook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A virtual environment with the notebook's pinned requirements; one per content of the file, kept between runs. */
final class NotebookPython {
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(60);
    private static final Duration INSTALLED_WITHIN = Duration.ofMinutes(6);
    private static final String OLDEST = "3.11";
    private static final Pattern NO_NETWORK = Pattern.compile("connection broken by|Network is unreachable"
            + "|Temporary failure in name resolution|ReadTimeoutError|ConnectTimeoutError|ProxyError");

    private NotebookPython() {}

    /** What was found: the interpreter, or why there is none on this machine. */
    sealed interface Found {}

    record Ready(Path python) implements Found {}

    record Missing(String reason) implements Found {}

    /** How a process ended. */
    record Ended(boolean inTime, int exitCode, String output) {
        boolean well() {
            return inTime && exitCode == 0;
        }
    }

    /**
     * Makes the environment in a subfolder of {@code folder}.
     *
     * @throws IOException when pip reaches its index and still cannot install: the requirements are wrong, then
     */
    static Found prepare(Path requirements, Path folder) throws IOException, InterruptedException {
        Path venv = folder.resolve("venv-" + digest(requirements));
        Path python = venv.resolve("bin/python");
        Path complete = venv.resolve("complete");
        if (Files.exists(complete)) {
            return new Ready(python);
        }
        Files.createDirectories(folder);
        Path log = folder.resolve("install.log");
        String suits = "import sys, venv, ensurepip; sys.exit(sys.version_info < (" + OLDEST.replace('.', ',') + "))";
        try {
            if (!run(log, ANSWERS_WITHIN, Map.of(), "python3", "-c", suits).well()) {
                return new Missing("python3 on the PATH is older than " + OLDEST + " or lacks venv");
            }
        } catch (IOException e) {
            return new Missing("there is no python3 on the PATH (" + e.getMessage() + ")");
        }
        Ended made = run(log, INSTALLED_WITHIN, Map.of(), "python3", "-m", "venv", "--clear", venv.toString());
        if (!made.well()) {
            return new Missing("python3 -m venv fails: " + made.output());
        }
        return install(python, requirements, log, complete);
    }

    private static Found install(Path python, Path requirements, Path log, Path complete)
            throws IOException, InterruptedException {
        Ended installed = run(
                log,
                INSTALLED_WITHIN,
                Map.of("PIP_DISABLE_PIP_VERSION_CHECK", "1", "PIP_NO_INPUT", "1"),
                python.toString(),
                "-m",
                "pip",
                "install",
                "--no-compile",
                "--retries=2",
                "--timeout=15",
                "-r",
                requirements.toString());
        if (installed.well()) {
            Files.createFile(complete);
            return new Ready(python);
        }
        if (!installed.inTime()) {
            return new Missing("pip has not installed " + requirements.getFileName() + " within "
                    + INSTALLED_WITHIN.toMinutes() + " min");
        }
        if (NO_NETWORK.matcher(installed.output()).find()) {
            return new Missing("pip does not reach its package index");
        }
        throw new IOException("pip cannot install " + requirements + ":\n" + installed.output());
    }

    /** Runs a command, its output in {@code log} and in the result; after {@code limit} it is killed with its children. */
    static Ended run(Path log, Duration limit, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(List.of(command))
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean inTime = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (!inTime) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return new Ended(inTime, inTime ? process.exitValue() : -1, Files.readString(log, StandardCharsets.UTF_8));
    }

    private static String digest(Path file) throws IOException {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(sum, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
