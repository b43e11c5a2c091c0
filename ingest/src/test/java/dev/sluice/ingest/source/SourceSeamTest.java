package dev.sluice.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Kinds of sources know the machine; of the machine and the sinks, one class knows the kinds. */
class SourceSeamTest {
    private static final Path MAIN = Path.of("src/main/java/dev/sluice/ingest");
    private static final Path KIND = MAIN.resolve("source/postgres");

    private static List<Path> namers(String text) throws IOException {
        try (Stream<Path> files = Files.walk(MAIN)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.startsWith(KIND))
                    .filter(file -> read(file).contains(text))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void onlySourcesNamesAKindOfSource() throws IOException {
        assertThat(namers("dev.sluice.ingest.source.postgres")).containsExactly(MAIN.resolve("source/Sources.java"));
    }

    @Test
    void onlyASourceUsesTheDriverOfItsDatabase() throws IOException {
        assertThat(namers("org.postgresql")).isEmpty();
        assertThat(namers("java.sql")).isEmpty();
    }

    /** The negative control: what the other two look for is there. */
    @Test
    void theKindItselfUsesAllOfThat() throws IOException {
        try (Stream<Path> files = Files.walk(KIND)) {
            List<String> texts = files.filter(file -> file.toString().endsWith(".java"))
                    .map(SourceSeamTest::read)
                    .toList();
            assertThat(texts).anyMatch(text -> text.contains("org.postgresql"));
            assertThat(texts).anyMatch(text -> text.contains("java.sql"));
        }
    }
}
