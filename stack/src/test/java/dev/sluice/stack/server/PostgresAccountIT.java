package dev.sluice.stack.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresAccountIT {
    @TempDir
    Path home;

    @Test
    void isFoundForWhoeverRunsThis() throws IOException, InterruptedException {
        boolean isRoot = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        assertThat(PostgresAccount.detect() == PostgresAccount.SELF).isNotEqualTo(isRoot);
    }

    @Test
    void ourselvesReachEveryPlace() throws IOException {
        Path data = home.resolve("data");
        assertThat(PostgresAccount.SELF.reachable(data, home)).isEqualTo(data);
        assertThat(PostgresAccount.NAMESPACE.reachable(data, home)).isEqualTo(data);
    }

    @Test
    void nobodyIsGivenAPlaceOutsideWhereAFolderAboveIsClosed() throws IOException {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        Path place = PostgresAccount.NOBODY.reachable(home.resolve("data/postgres"), home);
        assertThat(place.startsWith(home)).isFalse();
        assertThat(place.getFileName()).hasToString("postgres");
        assertThat(PostgresAccount.NOBODY.reachable(home.resolve("data/postgres"), home))
                .as("the same at the next command")
                .isEqualTo(place);
    }
}
