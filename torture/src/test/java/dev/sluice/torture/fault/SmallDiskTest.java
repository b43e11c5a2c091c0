package dev.sluice.torture.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallDiskTest {
    @TempDir
    Path folder;

    @Test
    void isFullOnCommandAlsoWhenSomethingIsDeletedAndHasRoomAgainAfterwards() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"))) {
            assumeTrue(disk.problem().isEmpty(), () -> "not allowed here: " + disk.problem());
            Path file = folder.resolve("disk/file");
            Files.write(file, new byte[300_000]);
            disk.fill();
            assertThatThrownBy(() -> Files.write(folder.resolve("disk/other"), new byte[100]))
                    .hasMessageContaining("No space left");
            Files.delete(file);
            assertThat(disk.fillUp()).as("seen to be full").isTrue();
            assertThatThrownBy(() -> Files.write(folder.resolve("disk/other"), new byte[100]))
                    .hasMessageContaining("No space left");
            disk.empty();
            Files.write(file, new byte[300_000]);
            assertThat(disk.fillUp()).as("there is room").isFalse();
        }
        SmallDisk.unmount(folder.resolve("disk"));
        assertThat(folder.resolve("disk")).as("what was in it went with it").isEmptyDirectory();
    }

    @Test
    void anOrdinaryFolderIsLeftAloneByUnmount() throws IOException {
        Path ordinary = Files.createDirectory(folder.resolve("ordinary"));
        Files.writeString(ordinary.resolve("kept"), "kept");
        SmallDisk.unmount(ordinary);
        assertThat(ordinary.resolve("kept")).exists();
    }
}
