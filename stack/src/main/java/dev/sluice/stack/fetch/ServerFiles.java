package dev.sluice.stack.fetch;

import dev.sluice.stack.process.FileMutex;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.zip.ZipFile;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The servers' files, unpacked once into the user's cache and shared by all checkouts. Each is made beside its place and
 * moved there when it is whole, under a file lock, so that two commands at once do not meet.
 */
public final class ServerFiles {
    private static final Duration OTHER_COMMAND_MAX = Duration.ofHours(1);

    private final Path cache;
    private final FetchDisplay progress;

    public ServerFiles(Path cache, FetchDisplay progress) {
        this.cache = cache;
        this.progress = progress;
    }

    /** Folder with {@code bin/postgres}. */
    public Path postgres() throws IOException, InterruptedException {
        return once("postgresql-18.6.0", Artifact.POSTGRES, (file, target) -> {
            try (ZipFile jar = new ZipFile(file.toFile())) {
                Path archive = target.resolveSibling("postgres.txz");
                try (InputStream in = jar.getInputStream(jar.getEntry("postgres-linux-x86_64.txz"))) {
                    Files.copy(in, archive, StandardCopyOption.REPLACE_EXISTING);
                }
                Archive.unpack(
                        () -> new XZCompressorInputStream(new BufferedInputStream(Files.newInputStream(archive))),
                        target,
                        name -> Optional.of(name.startsWith("./") ? name.substring(2) : name));
                Files.delete(archive);
            }
        });
    }

    /** S3Proxy's jar. */
    public Path s3Proxy() throws IOException, InterruptedException {
        return once(
                        "s3proxy-4.1.0",
                        Artifact.S3PROXY,
                        (file, target) -> Files.move(file, target.resolve("s3proxy.jar")))
                .resolve("s3proxy.jar");
    }

    /** Folder with {@code lib} and {@code plugin}. */
    public Path trino() throws IOException, InterruptedException {
        return once("trino-476", Artifact.TRINO, (file, target) -> {
            progress.say("unpacking the needed part of Trino");
            Archive.unpack(Archive.gzip(file), target, TrinoPruning::path);
        });
    }

    /** The engine's shared library. */
    public Path clickHouseLibrary() throws IOException, InterruptedException {
        return once(
                        "libchdb-26.7.3",
                        Artifact.CLICKHOUSE,
                        (file, target) -> Archive.unpack(
                                Archive.gzip(file),
                                target,
                                name -> name.equals("package/libchdb.so")
                                        ? Optional.of("libchdb.so")
                                        : Optional.empty()))
                .resolve("libchdb.so");
    }

    private interface Unpacking {
        void run(Path file, Path target) throws IOException;
    }

    private Path once(String name, Artifact artifact, Unpacking unpacking) throws IOException, InterruptedException {
        Path place = cache.resolve(name);
        if (Files.isDirectory(place)) {
            return place;
        }
        new FileMutex(cache.resolve(name + ".lock"), OTHER_COMMAND_MAX)
                .hold(() -> progress.say("waiting for another command that fetches " + artifact.name()), () -> {
                    if (!Files.isDirectory(place)) {
                        make(place, artifact, unpacking);
                    }
                    return place;
                });
        return place;
    }

    private void make(Path place, Artifact artifact, Unpacking unpacking) throws IOException, InterruptedException {
        Path work = place.resolveSibling(place.getFileName() + ".new");
        Folders.delete(work);
        Path download = Files.createDirectories(work.resolve("download"));
        Path unpacked = Files.createDirectories(work.resolve("unpacked"));
        unpacking.run(new Download(artifact, progress).into(download), unpacked);
        Files.move(unpacked, place, StandardCopyOption.ATOMIC_MOVE);
        Folders.delete(work);
    }
}
