package dev.sluice.spec;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A resolved {@link PipelineSpec} as a JSON file: the way by which a spec reaches another process. Secrets are not in
 * it but in a file beside it ({@code shop.json}, {@code shop.secrets}), and the JSON says where; so neither a command
 * line nor a job graph holds one. Only the owner may read the two files.
 */
public final class PipelineSpecJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FILE = "secret-file";
    private static final String KEY = "secret-key";

    private PipelineSpecJson() {}

    /** Reads what {@link #write} wrote, secrets as their places; E0105 when the file cannot be read or is no such file. */
    public static PipelineSpec read(Path file) {
        Path folder = file.toAbsolutePath().resolveSibling("");
        try {
            return (PipelineSpec) RecordJson.fromJson(
                    PipelineSpec.class,
                    OlderForms.complete(JSON.readTree(file.toFile())),
                    "",
                    (node, path) -> secretOf(node, path, folder));
        } catch (JacksonException e) {
            // Not the parser's own message: it quotes the text, and files of earlier versions hold secrets.
            throw unreadable(file, "it is not JSON (line " + lineOf(e) + ")");
        } catch (IOException e) {
            throw unreadable(file, e.getClass().getSimpleName());
        } catch (IllegalArgumentException e) {
            throw unreadable(file, String.valueOf(e.getMessage()));
        }
    }

    /** Writes both files; each is put in place in one step, the secrets first. The folder is created when missing. */
    public static void write(Path file, PipelineSpec spec) {
        Path target = file.toAbsolutePath().normalize();
        Path secretFile = secretFile(target);
        Map<String, String> secrets = new TreeMap<>();
        JsonNode tree = RecordJson.toJson(spec, "", (secret, path) -> {
            if (secret.isStored() && !secret.file().equals(secretFile)) {
                return reference(secret.file().toString(), secret.key());
            }
            secrets.put(path, secret.reveal());
            return reference(secretFile.getFileName().toString(), path);
        });
        try {
            if (!secrets.isEmpty()) {
                SecretFile.write(secretFile, secrets);
            }
            PrivateFile.replace(target, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(tree));
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E0105,
                    "the pipeline file " + file + " cannot be written ("
                            + e.getClass().getSimpleName() + ")",
                    "check that its folder exists, is writable and has room",
                    e);
        }
    }

    /** Deletes what {@link #write} wrote. */
    public static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(secretFile(file));
    }

    private static Path secretFile(Path file) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.replaceFirst("\\.json$", "") + ".secrets");
    }

    private static JsonNode reference(String file, String key) {
        return JsonNodeFactory.instance.objectNode().put(FILE, file).put(KEY, key);
    }

    /** A text is the secret itself, as earlier versions wrote it. */
    private static Secret secretOf(JsonNode node, String path, Path folder) {
        if (node != null && node.isTextual()) {
            return new Secret(node.textValue());
        }
        if (node == null || !node.path(FILE).isTextual() || !node.path(KEY).isTextual()) {
            throw new IllegalArgumentException(path + " must say where the secret is");
        }
        return Secret.stored(
                folder.resolve(node.get(FILE).textValue()), node.get(KEY).textValue());
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
