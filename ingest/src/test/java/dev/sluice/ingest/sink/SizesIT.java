package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Large cuts in a process with the heap of the shipped TaskManager, or less. {@code sluice.size.rows} sets how many rows
 * they have; 20,000,000 were run by hand.
 */
class SizesIT {
    private static final String ROWS = System.getProperty("sluice.size.rows", "600000");

    @TempDir
    Path folder;

    @Test
    void aTransactionThatUpdatesEveryRowIsExact() throws Exception {
        run("384m", "update", ROWS);
    }

    @Test
    void aTransactionThatChangesItsOwnRowsAgainIsExact() throws Exception {
        run("384m", "churn", ROWS);
    }

    @Test
    void aHundredTablesInOneCutAreExact() throws Exception {
        run("384m", "tables", ROWS);
    }

    /** TaskManager and tasks share one heap of 512 MB. */
    @Test
    void aRowOfAHundredMegabytesIsExact() throws Exception {
        run("512m", "row", "100");
    }

    private void run(String heap, String what, String size) throws IOException, InterruptedException {
        Path files = Files.createDirectories(folder.resolve("files"));
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap,
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-Dsluice.test.files=" + files,
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        SizeRun.class.getName(),
                        what,
                        size))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(20, TimeUnit.MINUTES)).as("it ends").isTrue();
            String said = Files.readString(output);
            assertThat(process.exitValue()).as(said).isZero();
            System.out.println(said.lines()
                    .filter(line -> line.startsWith("SIZE"))
                    .findFirst()
                    .orElseThrow());
            try (var left = Files.list(temporary)) {
                assertThat(left.filter(path -> path.getFileName().toString().startsWith("sluice-spill")))
                        .as("nothing is left on local disk")
                        .isEmpty();
            }
        } finally {
            process.destroyForcibly();
        }
    }
}
