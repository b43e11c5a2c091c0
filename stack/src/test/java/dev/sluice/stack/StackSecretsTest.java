package dev.sluice.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackSecretsTest {
    @TempDir
    Path home;

    @Test
    void areMadeOnceAndReadAgain() {
        String first = StackSecrets.readOrCreate(home).of("postgres-password").reveal();
        assertThat(first).hasSizeGreaterThanOrEqualTo(32);
        assertThat(StackSecrets.readOrCreate(home).of("postgres-password").reveal())
                .isEqualTo(first);
    }

    @Test
    void areReadableByTheirOwnerOnly() throws IOException {
        StackSecrets.readOrCreate(home);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("secrets.properties"))))
                .isEqualTo("rw-------");
    }

    @Test
    void areTheSameForCommandsThatComeFirstTogether() {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 8; i++) {
                threads.submit(() -> seen.add(
                        StackSecrets.readOrCreate(home).of("catalog-token").reveal()));
            }
        }
        assertThat(seen).hasSize(1);
    }

    @Test
    void keepTheOldOnesWhenANewOneIsAdded() throws IOException {
        Files.writeString(home.resolve("secrets.properties"), "catalog-token=kept\n");
        StackSecrets secrets = StackSecrets.readOrCreate(home);
        assertThat(secrets.of("catalog-token").reveal()).isEqualTo("kept");
        assertThat(secrets.of("s3-secret-access-key").reveal()).isNotBlank();
    }
}
