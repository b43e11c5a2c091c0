package dev.sluice.spec;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The one file that holds the secrets of a pipeline, by their places in its spec: a JSON object, mode 0600. Written by
 * {@link PipelineSpecJson}, read by whoever uses a secret: command line, JobManager, TaskManagers.
 */
final class SecretFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private SecretFile() {}

    static void write(Path file, Map<String, String> secrets) throws IOException {
        PrivateFile.replace(file, JSON.writeValueAsBytes(secrets));
    }

    static String read(Path file, String key) {
        try {
            JsonNode value = JSON.readTree(file.toFile()).get(key);
            if (value != null && value.isTextual()) {
                return value.textValue();
            }
            throw unreadable(file, key, "it holds none of that name");
        } catch (JacksonException e) {
            // Not the parser's own message: it quotes the text.
            throw unreadable(file, key, "it is not JSON");
        } catch (IOException e) {
            throw unreadable(file, key, e.getClass().getSimpleName());
        }
    }

    private static SluiceException unreadable(Path file, String key, String why) {
        return new SluiceException(
                ErrorCode.E1103,
                "the secret " + key + " cannot be read from " + file + ": " + why,
                "apply the pipeline again (`sluice apply -f sluice.yaml` writes the file), and see that every process of"
                        + " the Flink cluster may read it under that path");
    }
}
