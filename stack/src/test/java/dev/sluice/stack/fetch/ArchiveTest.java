package dev.sluice.stack.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
    private static final Function<String, Optional<String>> ALL = Optional::of;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private TarArchiveOutputStream tar;
    private Path target;

    @BeforeEach
    void begin() throws IOException {
        tar = new TarArchiveOutputStream(bytes);
        target = Files.createDirectories(folder.resolve("target"));
    }

    private void file(String name, String text, int mode) throws IOException {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setMode(mode);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private void link(String name, String to, byte kind) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, kind);
        entry.setLinkName(to);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    private void unpack(Function<String, Optional<String>> wanted) throws IOException {
        tar.close();
        Archive.unpack(() -> new ByteArrayInputStream(bytes.toByteArray()), target, wanted);
    }

    private static Optional<String> onlyIceberg(String name) {
        return name.startsWith("plugin/iceberg/") ? Optional.of(name) : Optional.empty();
    }

    @Test
    void findsAWantedHardLinkWhoseFileIsNotWanted() throws IOException {
        file("plugin/hudi/shared.jar", "shared", 0644);
        link("plugin/iceberg/shared.jar", "plugin/hudi/shared.jar", TarConstants.LF_LINK);
        file("plugin/iceberg/own.jar", "own", 0644);
        file("plugin/hudi/own.jar", "other", 0644);
        unpack(ArchiveTest::onlyIceberg);
        assertThat(target.resolve("plugin/iceberg/shared.jar")).hasContent("shared");
        assertThat(target.resolve("plugin/iceberg/own.jar")).hasContent("own");
        assertThat(target.resolve("plugin/hudi")).doesNotExist();
    }

    @Test
    void writesAFileOnceForAllOfItsWantedLinks() throws IOException {
        file("plugin/iceberg/a.jar", "a", 0644);
        link("plugin/iceberg/b.jar", "plugin/iceberg/a.jar", TarConstants.LF_LINK);
        unpack(ALL);
        assertThat(Files.isSameFile(target.resolve("plugin/iceberg/a.jar"), target.resolve("plugin/iceberg/b.jar")))
                .isTrue();
    }

    @Test
    void keepsSymbolicLinksAndWhatMayBeRun() throws IOException {
        file("bin/postgres", "program", 0755);
        file("lib/libpq.so.5", "library", 0644);
        link("lib/libpq.so", "libpq.so.5", TarConstants.LF_SYMLINK);
        unpack(ALL);
        assertThat(target.resolve("bin/postgres")).isExecutable();
        assertThat(target.resolve("lib/libpq.so.5").toFile().canExecute()).isFalse();
        assertThat(Files.readSymbolicLink(target.resolve("lib/libpq.so"))).hasToString("libpq.so.5");
    }

    @Test
    void refusesToWriteOutsideOfItsFolder() throws IOException {
        file("../outside", "x", 0644);
        assertThatThrownBy(() -> unpack(ALL)).isInstanceOf(IOException.class).hasMessageContaining("outside");
        assertThat(folder.resolve("outside")).doesNotExist();
    }

    @Test
    void refusesALinkThatLeadsOutside() throws IOException {
        link("lib/evil", "../../outside", TarConstants.LF_SYMLINK);
        assertThatThrownBy(() -> unpack(ALL)).isInstanceOf(IOException.class).hasMessageContaining("outside");
    }

    @Test
    void namesAFileThatTheArchiveLacks() throws IOException {
        link("plugin/iceberg/a.jar", "plugin/hudi/missing.jar", TarConstants.LF_LINK);
        assertThatThrownBy(() -> unpack(ALL)).hasMessageContaining("missing.jar");
    }
}
