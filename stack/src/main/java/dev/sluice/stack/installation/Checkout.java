package dev.sluice.stack.installation;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A checkout: jars below {@code target/} of their modules, libraries in Maven's repository, as the build lists them. */
record Checkout(Path root) implements Installation {
    @Override
    public Path jar(Part part) {
        return target(part, part.artifact() + "-" + SluiceVersion.current() + ".jar");
    }

    @Override
    public Path jobJar(Part part) {
        return target(part, part.artifact() + "-" + SluiceVersion.current() + "-job.jar");
    }

    @Override
    public List<Path> libraries(Part part) {
        Path list = target(part, "runtime.classpath");
        try {
            return Arrays.stream(Files.readString(list).trim().split(":"))
                    .map(Path::of)
                    .toList();
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1304, part.folder() + " is not built (" + list + " is missing)", repair(), e);
        }
    }

    @Override
    public Path home() {
        return root.resolve(".sluice");
    }

    @Override
    public String repair() {
        return "run ./sluice build";
    }

    private Path target(Part part, String name) {
        return root.resolve(part.folder()).resolve("target").resolve(name);
    }
}
