package dev.sluice.stack.installation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files that Sluice is made of, wherever they lie. What is no jar has the same place in both layouts. Immutable, safe
 * to share.
 */
public sealed interface Installation permits Checkout, Distribution {
    /** The one whose root this folder is; a folder that is neither is taken for a checkout that was not built. */
    static Installation at(Path root) {
        Path folder = root.toAbsolutePath().normalize();
        return Files.isRegularFile(folder.resolve(Distribution.LISTED))
                ? new Distribution(folder)
                : new Checkout(folder);
    }

    Path root();

    /** A file or folder that is no jar, by its path from the root: configuration, the demo. */
    default Path file(String path) {
        return root().resolve(path);
    }

    /** The jar of a part itself. */
    Path jar(Part part);

    /** The jar of a job: our own classes only, everything else lies on the class path of the cluster. */
    Path jobJar(Part part);

    /**
     * Everything that a part needs beside its own jar, in the order in which it was built and tested.
     *
     * @throws dev.sluice.spec.errors.SluiceException E1304 when it is not there
     */
    List<Path> libraries(Part part);

    /** Where state is kept when SLUICE_HOME names no other folder. */
    Path home();

    /** What to do about a file that ought to be here and is not. */
    String repair();
}
