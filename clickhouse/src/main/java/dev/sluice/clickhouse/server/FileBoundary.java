package dev.sluice.clickhouse.server;

import com.github.luben.zstd.Zstd;
import dev.sluice.spec.errors.ErrorCode;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.xxhash.XXHashFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the engine, whatever SQL it is given, from files that are not its own: it writes below its data folder only, and
 * reads what a program needs to run. A check of the SQL never equals the engine's parser; this does not depend on one.
 */
final class FileBoundary {
    private static final Logger log = LoggerFactory.getLogger(FileBoundary.class);
    private static final List<String> SYSTEM =
            List.of("/usr", "/lib", "/lib64", "/bin", "/etc", "/proc", "/sys", "/dev", "/run/systemd/resolve");

    private FileBoundary() {}

    /** Call it on the thread that starts all others, after the data folder was opened and before the library is loaded. */
    static void draw(Path data, Path library) {
        loadWhatUnpacksItself();
        List<Path> readable = new ArrayList<>();
        SYSTEM.forEach(path -> readable.add(Path.of(path)));
        readable.add(Path.of(System.getProperty("java.home")));
        readable.add(library.toAbsolutePath());
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .forEach(entry -> readable.add(Path.of(entry).toAbsolutePath()));
        if (Landlock.restrict(List.of(data.toAbsolutePath()), readable)) {
            log.info("landlock: the engine writes below {} only, and reads no file of others", data);
        } else {
            log.warn(
                    "{}: this system has no landlock, so the engine can reach every file that its user can. Fix: {}",
                    ErrorCode.E0906,
                    ErrorCode.E0906.advice());
        }
    }

    /** They write a library to the folder for temporary files and load it from there, when they are first used. */
    private static void loadWhatUnpacksItself() {
        LZ4Factory.fastestInstance();
        XXHashFactory.fastestInstance();
        Zstd.compress(new byte[0]);
    }
}
