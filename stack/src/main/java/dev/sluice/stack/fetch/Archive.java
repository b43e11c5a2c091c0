package dev.sluice.stack.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Unpacks tar archives, or the part of one that is wanted. */
final class Archive {
    private Archive() {}

    /** Opens a stream of tar bytes; it is opened once per pass. */
    interface Source {
        InputStream open() throws IOException;
    }

    static Source gzip(Path file) {
        return () -> new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20), 1 << 16);
    }

    /**
     * Writes the entries for which {@code wanted} names a path under {@code target}. An archive may hold a wanted file as
     * a hard link to an unwanted one (Trino's does, thousands of times): a first pass finds those, a second one writes.
     */
    static void unpack(Source source, Path target, Function<String, Optional<String>> wanted) throws IOException {
        Map<String, Set<String>> pathsByEntry = new HashMap<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(source.open())) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Optional<String> path = wanted.apply(entry.getName());
                if (path.isPresent() && (entry.isFile() || entry.isLink()) && !entry.isSymbolicLink()) {
                    String holder = entry.isLink() ? entry.getLinkName() : entry.getName();
                    pathsByEntry
                            .computeIfAbsent(holder, name -> new LinkedHashSet<>())
                            .add(path.get());
                }
            }
        }
        try (TarArchiveInputStream tar = new TarArchiveInputStream(source.open())) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.isSymbolicLink() && wanted.apply(entry.getName()).isPresent()) {
                    Path link = inside(target, wanted.apply(entry.getName()).get());
                    Files.createDirectories(link.getParent());
                    inside(
                            target,
                            target.relativize(link.resolveSibling(entry.getLinkName())
                                            .normalize())
                                    .toString());
                    Files.createSymbolicLink(link, Path.of(entry.getLinkName()));
                } else if (!entry.isLink() && pathsByEntry.containsKey(entry.getName())) {
                    write(tar, entry, target, pathsByEntry.remove(entry.getName()));
                }
            }
        }
        if (!pathsByEntry.isEmpty()) {
            throw new IOException(
                    "the archive lacks " + pathsByEntry.keySet().iterator().next());
        }
    }

    private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path target, Set<String> paths)
            throws IOException {
        Path first = null;
        for (String path : paths) {
            Path file = inside(target, path);
            Files.createDirectories(file.getParent());
            if (first == null) {
                Files.copy(tar, file);
                if ((entry.getMode() & 0100) != 0) {
                    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
                    permissions.add(PosixFilePermission.OWNER_EXECUTE);
                    Files.setPosixFilePermissions(file, permissions);
                }
                first = file;
            } else {
                Files.createLink(file, first);
            }
        }
    }

    private static Path inside(Path target, String path) throws IOException {
        Path file = target.resolve(path).normalize();
        if (!file.startsWith(target)) {
            throw new IOException("the archive names a path outside of its folder: " + path);
        }
        return file;
    }
}
