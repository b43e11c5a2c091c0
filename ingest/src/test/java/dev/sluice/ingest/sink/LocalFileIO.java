package dev.sluice.ingest.sink;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.Files;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/** Keeps the files of a lake in the folder that {@code sluice.test.files} names, whatever their location says. */
public final class LocalFileIO implements FileIO {
    private static final long serialVersionUID = 1L;
    private static final Map<String, File> FILES = new ConcurrentHashMap<>();

    private static File file(String location) {
        return FILES.computeIfAbsent(
                location,
                name -> new File(
                        System.getProperty("sluice.test.files"),
                        java.util
                                .UUID
                                .nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))
                                .toString()));
    }

    @Override
    public InputFile newInputFile(String location) {
        return Files.localInput(file(location));
    }

    @Override
    public OutputFile newOutputFile(String location) {
        OutputFile local = Files.localOutput(file(location));
        return new OutputFile() {
            @Override
            public PositionOutputStream create() {
                return local.createOrOverwrite();
            }

            @Override
            public PositionOutputStream createOrOverwrite() {
                return local.createOrOverwrite();
            }

            @Override
            public String location() {
                return location;
            }

            @Override
            public InputFile toInputFile() {
                return local.toInputFile();
            }
        };
    }

    @Override
    public void deleteFile(String location) {
        file(location).delete();
    }

    @Override
    public Map<String, String> properties() {
        return new HashMap<>();
    }

    @Override
    public void initialize(Map<String, String> properties) {}
}
