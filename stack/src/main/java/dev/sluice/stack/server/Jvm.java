package dev.sluice.stack.server;

import dev.sluice.stack.StackConfig;
import dev.sluice.stack.StackServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * How the JVMs of the local stack are run: several share few cores, and most live for minutes, so that starting and
 * compiling is much of what they do. {@code ./sluice} runs the command line with the same options.
 */
final class Jvm {
    private static final long ARCHIVE_ROOM_BYTES = 300L << 20;
    private static final Duration UNUSED_KEPT = Duration.ofDays(7);

    /** How much of its code a server's JVM compiles. */
    enum Compiler {
        /** C1 only: half the processor time of a start and of everything that is done for the first time. */
        QUICK(List.of("-XX:TieredStopAtLevel=1")),
        /**
         * C2 too, for what runs thirty times as often as a JVM asks for by default. A load of millions of rows gets there
         * in a second; what runs only now and then is not worth the second core.
         */
        HOT_ONLY(List.of(
                "-XX:Tier4InvocationThreshold=150000",
                "-XX:Tier4MinInvocationThreshold=18000",
                "-XX:Tier4CompileThreshold=450000",
                "-XX:Tier4BackEdgeThreshold=1200000"));

        private final List<String> options;

        Compiler(List<String> options) {
            this.options = options;
        }
    }

    private Jvm() {}

    /** The JVM that this process runs on: a JDK 25 is enough for every server. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * A command line that runs a server, up to its own options.
     *
     * @param heapMegabytes the most
     * @param classPath what the server will be run with, as a path or a list of paths
     */
    static List<String> command(StackServer server, int heapMegabytes, Compiler compiler, String classPath)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(java(), "-Xmx" + heapMegabytes + "m", "-XX:+UseSerialGC"));
        // A start that loads many classes otherwise collects the whole heap each time that it needs room for more.
        command.add("-XX:MetaspaceSize=192m");
        command.addAll(compiler.options);
        Path archive = archive(server, classPath);
        command.addAll(List.of(
                "-XX:SharedArchiveFile=" + archive,
                // It says so on standard output when it cannot use an archive; that is no news.
                "-Xlog:cds=off,cds+dynamic=off,aot=off"));
        // A JVM that finds no room for its archive when it ends calls that an error of its start.
        if (Files.getFileStore(archive.getParent()).getUsableSpace() > ARCHIVE_ROOM_BYTES) {
            command.add("-XX:+AutoCreateSharedArchive");
        }
        return command;
    }

    /**
     * Where the JVM keeps classes as it has laid them out at the end of an earlier run: a third less to do at a start.
     * A JVM that finds the archive missing, or made by jars that have changed since, runs without and writes a new one
     * when it ends. Shared by all checkouts that run a server from the same jars; those of other versions, which nobody
     * has run for a while, are deleted.
     */
    private static Path archive(StackServer server, String classPath) throws IOException {
        Path folder = Files.createDirectories(StackConfig.cache().resolve("jvm"));
        String identity = Integer.toHexString(
                Objects.hash(System.getProperty("java.home"), Runtime.version().toString(), classPath));
        Path archive = folder.resolve(server.label() + "-" + identity + ".jsa");
        Instant now = Instant.now();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.toList()) {
                keepOrDelete(file, file.equals(archive), now);
            }
        }
        return archive;
    }

    private static void keepOrDelete(Path file, boolean isUsed, Instant now) throws IOException {
        try {
            if (isUsed) {
                Files.setLastModifiedTime(file, FileTime.from(now));
            } else if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(UNUSED_KEPT))) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // A server that ends is just replacing it.
        }
    }
}
