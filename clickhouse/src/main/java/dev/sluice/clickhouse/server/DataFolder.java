package dev.sluice.clickhouse.server;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The folder of one server: {@code store/} is the engine's, {@code config.xml} and {@code users.xml} are written anew at
 * each start, {@code lock} keeps a second server out.
 */
final class DataFolder implements AutoCloseable {
    private static final String FIX = "Choose another folder with --data, or free this one.";

    private final Path root;
    private final FileChannel lockFile;

    private DataFolder(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /**
     * Creates the folder where needed, takes it for this process and writes the configuration.
     *
     * @param memoryLimitBytes the most that the engine may hold over all queries
     * @throws SluiceException E1305 when it cannot be written or another process has it
     */
    static DataFolder open(Path folder, long memoryLimitBytes) {
        Path root = folder.toAbsolutePath().normalize();
        try {
            Files.createDirectories(root.resolve("store"));
            DataFolder data = new DataFolder(root, lock(root));
            EngineConfig config = new EngineConfig(memoryLimitBytes);
            Files.writeString(data.configFile(), config.configXml(root.resolve("users.xml")));
            Files.writeString(root.resolve("users.xml"), config.usersXml());
            return data;
        } catch (IOException e) {
            throw new SluiceException(ErrorCode.E1305, "cannot use " + root + " as data folder: " + e, FIX, e);
        }
    }

    private static FileChannel lock(Path root) throws IOException {
        FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new SluiceException(ErrorCode.E1305, "another server uses the data folder " + root, FIX);
        }
        return channel;
    }

    Path storePath() {
        return root.resolve("store");
    }

    Path configFile() {
        return root.resolve("config.xml");
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
