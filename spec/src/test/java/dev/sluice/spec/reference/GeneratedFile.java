package dev.sluice.spec.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A checked-in file that is generated from code; {@code -Dsluice.generate=true} writes it anew. */
public final class GeneratedFile {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private GeneratedFile() {}

    public static Path path(String name) {
        return ROOT.resolve(name);
    }

    public static void mustEqual(String name, String content) throws IOException {
        Path file = path(name);
        if (Boolean.getBoolean("sluice.generate")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        }
        assertThat(Files.readString(file))
                .as(name + " differs from the code; run: mvn -pl spec test -Dtest='*ReferenceTest'"
                        + " -Dsluice.generate=true")
                .isEqualTo(content);
    }
}
