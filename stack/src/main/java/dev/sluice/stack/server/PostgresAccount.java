package dev.sluice.stack.server;

import dev.sluice.spec.Sha256;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * As whom PostgreSQL runs. It refuses root, so where we are root there are two ways:
 *
 * <ul>
 *   <li>a user namespace in which our user has another number: the files may lie anywhere that root can reach, and
 *       nothing has to change its owner;
 *   <li>where the system forbids namespaces (many containers): the user nobody, who can reach the state folder only if
 *       every folder above lets others pass. Where one does not, the files lie under {@code /var/lib/sluice}.
 * </ul>
 */
enum PostgresAccount {
    SELF(List.of()),
    NAMESPACE(List.of("unshare", "--user", "--map-user=1000", "--map-group=1000")),
    NOBODY(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));

    private static final int NOBODY_ID = 65_534;
    private static final Path SYSTEM_STATE = Path.of("/var/lib/sluice");
    private static final int PROBE_SECONDS_MAX = 10;

    private final List<String> prefix;

    PostgresAccount(List<String> prefix) {
        this.prefix = prefix;
    }

    static PostgresAccount detect() throws IOException, InterruptedException {
        if ((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") != 0) {
            return SELF;
        }
        for (PostgresAccount account : List.of(NAMESPACE, NOBODY)) {
            if (account.works()) {
                return account;
            }
        }
        throw new SluiceException(
                ErrorCode.E1304,
                "PostgreSQL refuses to run as root, and neither a user namespace (unshare) nor setpriv works here",
                "run Sluice as an ordinary user, or install the package util-linux");
    }

    private boolean works() throws InterruptedException {
        try {
            Process process = new ProcessBuilder(wrap(List.of("true")))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(PROBE_SECONDS_MAX, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    List<String> wrap(List<String> command) {
        return Stream.concat(prefix.stream(), command.stream()).toList();
    }

    /** {@code preferred}, or, where this account cannot reach it, a folder outside that belongs to {@code home} alone. */
    Path reachable(Path preferred, Path home) throws IOException {
        if (this != NOBODY || othersMayPass(preferred)) {
            return preferred;
        }
        return SYSTEM_STATE.resolve(Sha256.hex(home.toString(), 6)).resolve(preferred.getFileName());
    }

    private static boolean othersMayPass(Path path) throws IOException {
        for (Path folder = path.getParent(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder)
                    && !Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return false;
            }
        }
        return true;
    }

    /** Hands a file, or a folder with all in it, to the account. */
    void own(Path path) throws IOException {
        if (this != NOBODY) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                return give(folder);
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                return give(file);
            }
        });
    }

    private static FileVisitResult give(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", NOBODY_ID, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", NOBODY_ID, LinkOption.NOFOLLOW_LINKS);
        return FileVisitResult.CONTINUE;
    }
}
