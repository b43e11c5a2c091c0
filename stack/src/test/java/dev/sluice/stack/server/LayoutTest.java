package dev.sluice.stack.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.stack.StackConfig;
import dev.sluice.stack.StackPorts;
import dev.sluice.stack.installation.Part;
import dev.sluice.stack.installation.SluiceVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class paths of a distribution, whose own folder has the name of our jars. */
class LayoutTest {
    @TempDir
    Path folder;

    private Path lib;
    private Layout layout;

    @BeforeEach
    void unpack() throws IOException {
        Path root = folder.resolve("sluice-" + SluiceVersion.current());
        lib = Files.createDirectories(root.resolve("lib"));
        Files.writeString(lib.resolve("cli.classpath"), "sluice-cli.jar\n");
        Files.writeString(lib.resolve("catalog.classpath"), jar("catalog") + ":iceberg-1.0.jar\n");
        Files.writeString(lib.resolve("flink.classpath"), "flink-runtime-2.jar:slf4j-api-2.0.jar:io-1.0.jar\n");
        Files.writeString(lib.resolve("ingest.classpath"), "sluice-spec-1.jar:io-1.1.jar:slf4j-api-2.1.jar\n");
        Files.writeString(lib.resolve("compaction.classpath"), "sluice-lake-1.jar:parquet-1.0.jar\n");
        StackConfig config = new StackConfig(root, folder.resolve("home"), StackPorts.DEFAULT, StackConfig.Store.AUTO);
        layout = new Layout(config, Map.of());
    }

    private static String jar(String name) {
        return "sluice-" + name + "-" + SluiceVersion.current() + ".jar";
    }

    /** Before: none of the libraries of the jobs was on it. */
    @Test
    void flinksClassPathHasTheLibrariesOfTheJobsButNotOurOwnClasses() {
        assertThat(layout.flinkClassPath())
                .isEqualTo(lib + "/flink-runtime-2.jar:" + lib + "/slf4j-api-2.0.jar:" + lib + "/io-1.1.jar:" + lib
                        + "/parquet-1.0.jar");
    }

    @Test
    void aPartHasItsOwnJarFirstAndOnce() {
        assertThat(layout.classPath(Part.CATALOG))
                .isEqualTo(lib + "/" + jar("catalog") + ":" + lib + "/iceberg-1.0.jar");
    }
}
