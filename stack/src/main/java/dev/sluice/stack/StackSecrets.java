package dev.sluice.stack;

import dev.sluice.spec.Secret;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.process.FileMutex;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;

/** Passwords and tokens of one stack: random, made once, kept in a file that only its owner reads. */
final class StackSecrets {
    private static final Duration LOCK_MAX = Duration.ofMinutes(1);
    private static final List<String> NAMES = List.of(
            "postgres-password",
            "catalog-token",
            "catalog-reader-token",
            "catalog-upkeep-token",
            "catalog-admin-token",
            "catalog-database-password",
            "source-password",
            "app-password",
            "s3-access-key-id",
            "s3-secret-access-key",
            "s3-reader-access-key-id",
            "s3-reader-secret-access-key",
            "trino-password",
            "trino-internal-secret",
            "keystore-password",
            "clickhouse-password",
            "clickhouse-reader-password");

    private final Properties values;

    private StackSecrets(Properties values) {
        this.values = values;
    }

    /** Two first commands at once agree on one set of secrets. */
    static StackSecrets readOrCreate(Path home) {
        try {
            Properties made = read(home);
            if (missing(made).isEmpty()) {
                // Files of this name are complete from the beginning. Nothing is written, so a full disk does no harm.
                return new StackSecrets(made);
            }
            FileMutex mutex = new FileMutex(home.resolve("secrets.lock"), LOCK_MAX);
            return new StackSecrets(mutex.hold(() -> {}, () -> readOrCreateFile(home)));
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1305,
                    "the secrets in " + home + " cannot be read or made (" + e.getMessage() + ")",
                    "use the folder as the user who made it, or set SLUICE_HOME to another one",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E1305, "interrupted while waiting for the secrets", "", e);
        }
    }

    private static Properties read(Path home) throws IOException {
        Properties values = new Properties();
        Path file = file(home);
        if (Files.exists(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                values.load(in);
            }
        }
        return values;
    }

    private static List<String> missing(Properties values) {
        return NAMES.stream().filter(name -> values.getProperty(name) == null).toList();
    }

    private static Path file(Path home) {
        return home.resolve("secrets.properties");
    }

    private static Properties readOrCreateFile(Path home) throws IOException {
        Properties values = read(home);
        List<String> missing = missing(values);
        if (!missing.isEmpty()) {
            missing.forEach(name -> values.setProperty(name, random()));
            Path fresh = Files.createTempFile(
                    home,
                    "secrets",
                    ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (OutputStream out = Files.newOutputStream(fresh)) {
                values.store(out, "made by sluice for this local stack");
            }
            Files.move(fresh, file(home), StandardCopyOption.ATOMIC_MOVE);
        }
        return values;
    }

    private static String random() {
        byte[] bytes = new byte[20];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    Secret of(String name) {
        return new Secret(values.getProperty(name));
    }
}
