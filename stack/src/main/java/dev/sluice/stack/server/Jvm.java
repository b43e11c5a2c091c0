package dev.sluice.stack.server;

import dev.sluice.stack.StackServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the JVMs of the local stack are run: several share few cores, and most live for minutes, so that starting and
 * compiling is much of what they do. {@code ./sluice} runs the command line with the same options.
 */
final class Jvm {
    /** How much of its code a server's JVM compiles. */
    enum Compiler {
        /** C1 only: half the processor time of a start and of everything that is done for the first time. */
        QUICK(List.of("-XX:TieredStopAtLevel=1")),
        /**
         * C2 too, for what runs ten times as often as a JVM asks for by default. A load of millions of rows gets there
         * in a second; what runs only now and then is not worth the second core.
         */
        HOT_ONLY(List.of(
                "-XX:Tier4InvocationThreshold=50000",
                "-XX:Tier4MinInvocationThreshold=6000",
                "-XX:Tier4CompileThreshold=150000",
                "-XX:Tier4BackEdgeThreshold=400000"));

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
     */
    static List<String> command(Layout layout, StackServer server, int heapMegabytes, Compiler compiler)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(java(), "-Xmx" + heapMegabytes + "m", "-XX:+UseSerialGC"));
        command.addAll(compiler.options);
        command.addAll(sharedClasses(layout, server));
        return command;
    }

    /**
     * Classes as the JVM itself has laid them out at the end of the first run: a third less to do at a start. A JVM
     * that finds the archive missing, or made by other jars, runs without and writes a new one when it ends.
     */
    private static List<String> sharedClasses(Layout layout, StackServer server) throws IOException {
        Path folder = Files.createDirectories(layout.config().home().resolve("jvm"));
        return List.of(
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + folder.resolve(server.label() + ".jsa"),
                // It says so on standard output when it cannot use an archive; that is no news.
                "-Xlog:cds=off,cds+dynamic=off");
    }
}
