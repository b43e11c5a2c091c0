package dev.sluice.stack.installation;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * An unpacked distribution: every jar once, in {@code lib/}, and beside them a list of names for each JVM, the part's own
 * jar first where it has one on its class path.
 */
record Distribution(Path root) implements Installation {
    /** A file that every distribution has and no checkout. */
    static final String LISTED = "lib/cli.classpath";

    @Override
    public Path jar(Part part) {
        return lib().resolve(part.artifact() + "-" + SluiceVersion.current() + ".jar");
    }

    @Override
    public Path jobJar(Part part) {
        return lib().resolve(part.artifact() + "-" + SluiceVersion.current() + "-job.jar");
    }

    @Override
    public List<Path> libraries(Part part) {
        Path list = lib().resolve(part.label() + ".classpath");
        Path own = jar(part);
        try {
            return Arrays.stream(Files.readString(list).trim().split(":"))
                    .map(lib()::resolve)
                    .filter(jar -> !jar.equals(own))
                    .toList();
        } catch (IOException e) {
            throw new SluiceException(ErrorCode.E1304, list + " is missing", repair(), e);
        }
    }

    /** Not in the distribution: that may be read-only, and the next version takes its place. */
    @Override
    public Path home() {
        return Path.of(System.getProperty("user.home"), ".sluice");
    }

    @Override
    public String repair() {
        return "unpack the distribution again";
    }

    private Path lib() {
        return root.resolve("lib");
    }
}
