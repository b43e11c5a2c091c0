package dev.sluice.stack.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessIdentityTest {
    @TempDir
    Path folder;

    @Test
    void readsTheStartBehindANameWithSpacesAndParentheses() {
        String text = "42 (a) b (c)) S 1 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 0 0\nboot-1\n";
        assertThat(ProcessIdentity.parse(text)).contains(new ProcessIdentity(42, 987_654, "boot-1"));
    }

    @Test
    void readsNothingFromADamagedFile() {
        for (String text : List.of("", "42", "42 (sh", "42 (sh)", "42 (sh) S 1 2\nboot", "x (sh) S 1", ")(")) {
            assertThat(ProcessIdentity.parse(text)).as(text).isEmpty();
        }
    }

    @Test
    void tellsAnotherProcessWithTheSameNumberApart() {
        ProcessIdentity self = ProcessIdentity.of(ProcessHandle.current().pid()).orElseThrow();
        assertThat(self.isAlive()).isTrue();
        assertThat(new ProcessIdentity(self.pid(), self.startTicks() + 1, self.bootId()).isAlive())
                .isFalse();
        assertThat(new ProcessIdentity(self.pid(), self.startTicks(), "an earlier boot").isAlive())
                .isFalse();
    }

    @Test
    void aProgramWritesItsOwnFileAndLeadsItsOwnGroup() throws IOException, InterruptedException {
        ProcessFile file = new ProcessFile(folder.resolve("with space.pid"));
        Process process = new ProcessBuilder(file.wrap(List.of("sleep", "600"))).start();
        try {
            awaitFile(process, file);
            assertThat(file.process()).map(ProcessIdentity::pid).contains(process.pid());
            Signals.sendToGroup(process.pid(), "KILL");
            assertThat(process.waitFor(10, java.util.concurrent.TimeUnit.SECONDS))
                    .isTrue();
            assertThat(file.process()).isEmpty();
            assertThat(file.exists()).as("it was not stopped by us").isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void waitsForTheEndOfAProcessAndOfItsChildren() throws IOException, InterruptedException {
        ProcessFile file = new ProcessFile(folder.resolve("parent.pid"));
        Process process = new ProcessBuilder(file.wrap(List.of("sh", "-c", "sleep 600 & wait"))).start();
        try {
            awaitFile(process, file);
            List<ProcessIdentity> children = List.of();
            long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (children.isEmpty() && System.nanoTime() < deadline) {
                children = Signals.descendants(process.pid());
            }
            assertThat(children).hasSize(1);
            assertThat(Signals.awaitEnd(children, Duration.ofMillis(50))).isFalse();
            Signals.sendToGroup(process.pid(), "TERM");
            assertThat(Signals.awaitEnd(children, Duration.ofSeconds(10))).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static void awaitFile(Process process, ProcessFile file) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (file.process().isEmpty() && System.nanoTime() < deadline) {
            assertThat(process.isAlive()).isTrue();
            Thread.onSpinWait();
        }
    }

    @Test
    void theTailOfALogCanBeginAtTheLastStart() throws IOException {
        Path log = Files.writeString(folder.resolve("x.log"), "old\n");
        long start = Files.size(log);
        Files.writeString(log, "one\ntwo\nthree\n", java.nio.file.StandardOpenOption.APPEND);
        assertThat(LogTail.of(log, 10, start)).containsExactly("one", "two", "three");
        assertThat(LogTail.of(log, 2)).containsExactly("two", "three");
        assertThat(LogTail.of(folder.resolve("none"), 2)).isEmpty();
    }
}
