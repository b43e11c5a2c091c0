package dev.sluice.stack.server;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.fetch.Folders;
import dev.sluice.stack.process.LogTail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A key of this machine and its self-signed certificate, made once by the JDK's keytool: {@code server.p12} with the key,
 * {@code server.crt} (PEM) for those who are to trust it. The password reaches keytool by its environment.
 */
final class TlsIdentity {
    private static final String PASSWORD_NAME = "SLUICE_KEYSTORE_PASSWORD";
    private static final int KEYTOOL_SECONDS_MAX = 60;
    private static final String DAYS = "3650";

    private final Path folder;
    private final String password;

    TlsIdentity(Path folder, String password) {
        this.folder = folder;
        this.password = password;
    }

    Path keystore() {
        return folder.resolve("server.p12");
    }

    Path certificate() {
        return folder.resolve("server.crt");
    }

    /** Makes both where they are missing; an interrupted command leaves nothing half made. */
    void make() throws IOException, InterruptedException {
        if (Files.exists(certificate())) {
            return;
        }
        Folders.makePrivate(folder);
        Path fresh = folder.resolve("server.p12.new");
        Files.deleteIfExists(fresh);
        keytool(
                fresh,
                "-genkeypair",
                "-keyalg",
                // Flink's REST server offers suites for RSA keys only.
                "RSA",
                "-keysize",
                "3072",
                "-validity",
                DAYS,
                "-dname",
                "CN=localhost, O=Sluice local stack",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost");
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        Files.move(fresh, keystore(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path freshCertificate = folder.resolve("server.crt.new");
        keytool(keystore(), "-exportcert", "-rfc", "-file", freshCertificate.toString());
        Files.setPosixFilePermissions(freshCertificate, PosixFilePermissions.fromString("rw-------"));
        Files.move(freshCertificate, certificate(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void keytool(Path store, String... what) throws IOException, InterruptedException {
        Path log = folder.resolve("keytool.log");
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(what));
        command.addAll(List.of(
                "-alias",
                "server",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass:env",
                PASSWORD_NAME));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(log.toFile());
        builder.environment().put(PASSWORD_NAME, password);
        Process process = builder.start();
        if (!process.waitFor(KEYTOOL_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new SluiceException(
                    ErrorCode.E1302,
                    "a key for TLS could not be made; keytool said:\n  " + String.join("\n  ", LogTail.of(log, 5)),
                    "see that " + folder + " is writable and that the JDK has bin/keytool");
        }
        Files.deleteIfExists(log);
    }
}
