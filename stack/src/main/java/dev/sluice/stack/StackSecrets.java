package dev.sluice.stack;

import dev.sluice.spec.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;

/** Passwords and tokens of one stack: random, made once, kept in a file that only its owner reads. */
final class StackSecrets {
    private static final List<String> NAMES = List.of(
            "postgres-password",
            "catalog-token",
            "catalog-reader-token",
            "s3-access-key-id",
            "s3-secret-access-key",
            "clickhouse-password");

    private final Properties values;

    private StackSecrets(Properties values) {
        this.values = values;
    }

    static StackSecrets readOrCreate(Path home) {
        Path file = home.resolve("secrets.properties");
        Properties values = new Properties();
        try {
            if (Files.exists(file)) {
                try (InputStream in = Files.newInputStream(file)) {
                    values.load(in);
                }
            }
            boolean complete = true;
            for (String name : NAMES) {
                if (values.getProperty(name) == null) {
                    values.setProperty(name, random());
                    complete = false;
                }
            }
            if (!complete) {
                Path fresh = Files.createTempFile(
                        home,
                        "secrets",
                        ".new",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                try (OutputStream out = Files.newOutputStream(fresh)) {
                    values.store(out, "made by sluice for this local stack");
                }
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new StackSecrets(values);
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
