package dev.sluice.stack.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of a log, for errors and for {@code sluice logs}. */
public final class LogTail {
    private static final int BYTES_MAX = 256 * 1024;

    private LogTail() {}

    public static List<String> of(Path log, int lines) {
        return of(log, lines, 0);
    }

    /** Only what was written from byte {@code from} on: the last start, without the ones before. */
    public static List<String> of(Path log, int lines, long from) {
        if (!Files.exists(log)) {
            return List.of();
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            int length = Math.clamp(file.length() - from, 0, BYTES_MAX);
            byte[] bytes = new byte[length];
            file.seek(file.length() - length);
            file.readFully(bytes);
            List<String> all = new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException e) {
            return List.of("(" + log + " is not readable: " + e.getMessage() + ")");
        }
    }
}
