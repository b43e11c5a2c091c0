package dev.sluice.stack.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Flink's own start scripts hand from {@code config.yaml} to its JVMs: a start without those scripts has to do it.
 * Sizes are in megabytes, such as {@code 256m}.
 */
final class FlinkSettings {
    private static final Pattern MEGABYTES = Pattern.compile("(\\d{1,6})m");

    private final Path file;
    private final JsonNode settings;

    private FlinkSettings(Path file, JsonNode settings) {
        this.file = file;
        this.settings = settings;
    }

    static FlinkSettings read(Path file) throws IOException {
        return new FlinkSettings(file, new YAMLMapper().readTree(file.toFile()));
    }

    int jobManagerHeapMegabytes() {
        return megabytes("jobmanager.memory.heap.size");
    }

    List<String> jobManagerOptions() {
        return List.of("-XX:MaxMetaspaceSize=" + megabytes("jobmanager.memory.jvm-metaspace.size") + "m");
    }

    int taskManagerHeapMegabytes() {
        return megabytes("taskmanager.memory.framework.heap.size") + megabytes("taskmanager.memory.task.heap.size");
    }

    List<String> taskManagerOptions() {
        int direct = megabytes("taskmanager.memory.framework.off-heap.size")
                + megabytes("taskmanager.memory.task.off-heap.size")
                + megabytes("taskmanager.memory.network.max");
        return List.of(
                "-Xms" + taskManagerHeapMegabytes() + "m",
                "-XX:MaxDirectMemorySize=" + direct + "m",
                "-XX:MaxMetaspaceSize=" + megabytes("taskmanager.memory.jvm-metaspace.size") + "m");
    }

    /** The options of both, such as {@code --add-opens}. */
    List<String> optionsOfAll() {
        return Arrays.stream(text("env.java.opts.all").trim().split("\\s+")).toList();
    }

    private int megabytes(String name) {
        Matcher size = MEGABYTES.matcher(text(name));
        if (!size.matches()) {
            throw invalid(name, "a number of megabytes such as 256m");
        }
        return Integer.parseInt(size.group(1));
    }

    private String text(String name) {
        JsonNode value = settings.path(name);
        if (!value.isTextual()) {
            throw invalid(name, "set");
        }
        return value.textValue();
    }

    private SluiceException invalid(String name, String expected) {
        return new SluiceException(
                ErrorCode.E1302, "in " + file + " " + name + " is not " + expected, "set it, or restore the file");
    }
}
