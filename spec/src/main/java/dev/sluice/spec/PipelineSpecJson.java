package dev.sluice.spec;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A resolved {@link PipelineSpec} as a JSON file, secrets included: the way by which a spec reaches another process,
 * so that no secret stands on a command line. Only the owner may read the file.
 */
public final class PipelineSpecJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PipelineSpecJson() {}

    /** Reads what {@link #write} wrote; E0105 when the file cannot be read or is no such file. */
    public static PipelineSpec read(Path file) {
        try {
            return (PipelineSpec) RecordJson.fromJson(PipelineSpec.class, JSON.readTree(file.toFile()), "");
        } catch (JacksonException e) {
            // Not the parser's own message: it quotes the text, and the text holds secrets.
            throw unreadable(file, "it is not JSON (line " + lineOf(e) + ")");
        } catch (IOException e) {
            throw unreadable(file, e.getClass().getSimpleName());
        } catch (IllegalArgumentException e) {
            throw unreadable(file, e.getMessage());
        }
    }

    /**
     * Writes the spec with mode 0600 and puts it in place in one step: a reader sees the old file or the new one.
     * The folder is created when missing.
     */
    public static void write(Path file, PipelineSpec spec) {
        Path target = file.toAbsolutePath();
        try {
            Files.createDirectories(target.getParent());
            Path draft = Files.createTempFile(
                    target.getParent(),
                    "." + target.getFileName(),
                    ".tmp",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.write(draft, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(RecordJson.toJson(spec)));
                try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E0105,
                    "the pipeline file " + file + " cannot be written ("
                            + e.getClass().getSimpleName() + ")",
                    "check that its folder exists, is writable and has room",
                    e);
        }
    }

    private static SluiceException unreadable(Path file, String why) {
        return new SluiceException(
                ErrorCode.E0105,
                "the pipeline file " + file + " cannot be read: " + why,
                "apply the pipeline again: `sluice apply -f sluice.yaml` writes the file anew");
    }

    private static String lineOf(JacksonException e) {
        return e.getLocation() == null ? "?" : Integer.toString(e.getLocation().getLineNr());
    }
}
