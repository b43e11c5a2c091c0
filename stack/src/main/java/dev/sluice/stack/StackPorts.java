package dev.sluice.stack;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;

/**
 * Every port of the stack; all are on 127.0.0.1. They come from, the later the stronger: the defaults here, the file
 * {@code ports.properties} in the state folder ({@code trino=18080}), {@code SLUICE_PORT_OFFSET} (added to all).
 */
public record StackPorts(
        int postgres,
        int objectStore,
        int objectStoreConsole,
        int catalog,
        int flink,
        int flinkRpc,
        int flinkBlob,
        int flinkData,
        int trino,
        int trinoSecure,
        int clickhouse) {

    public static final StackPorts DEFAULT =
            new StackPorts(15432, 19000, 19001, 18181, 18081, 16123, 16124, 16126, 18080, 18443, 18123);
    private static final int PORT_MAX = 65_535;

    public static StackPorts read(Path home, Map<String, String> environment) {
        Path file = home.resolve("ports.properties");
        Properties properties = new Properties();
        if (Files.isReadable(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                properties.load(in);
            } catch (IOException e) {
                throw new SluiceException(ErrorCode.E0105, file + " is not readable", "repair or delete it", e);
            }
        }
        Function<String, String> value = name -> (String) properties.remove(name);
        StackPorts d = DEFAULT;
        StackPorts ports = new StackPorts(
                port(file, "postgres", value, d.postgres),
                port(file, "object-store", value, d.objectStore),
                port(file, "object-store-console", value, d.objectStoreConsole),
                port(file, "catalog", value, d.catalog),
                port(file, "flink", value, d.flink),
                port(file, "flink-rpc", value, d.flinkRpc),
                port(file, "flink-blob", value, d.flinkBlob),
                port(file, "flink-data", value, d.flinkData),
                port(file, "trino", value, d.trino),
                port(file, "trino-secure", value, d.trinoSecure),
                port(file, "clickhouse", value, d.clickhouse));
        if (!properties.isEmpty()) {
            throw new SluiceException(
                    ErrorCode.E0101,
                    file + " has unknown keys: " + String.join(", ", properties.stringPropertyNames()),
                    "known are postgres, object-store, object-store-console, catalog, flink, flink-rpc, flink-blob,"
                            + " flink-data, trino, trino-secure, clickhouse");
        }
        return ports.plus(offset(environment));
    }

    public StackPorts plus(int offset) {
        return new StackPorts(
                postgres + offset,
                objectStore + offset,
                objectStoreConsole + offset,
                catalog + offset,
                flink + offset,
                flinkRpc + offset,
                flinkBlob + offset,
                flinkData + offset,
                trino + offset,
                trinoSecure + offset,
                clickhouse + offset);
    }

    private static int offset(Map<String, String> environment) {
        String text = environment.getOrDefault("SLUICE_PORT_OFFSET", "0");
        try {
            int offset = Integer.parseInt(text);
            if (offset >= 0 && DEFAULT.objectStoreConsole + offset <= PORT_MAX) {
                return offset;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message.
        }
        throw new SluiceException(
                ErrorCode.E0102, "SLUICE_PORT_OFFSET is '" + text + "'", "give a number from 0 to 46000");
    }

    private static int port(Path file, String name, Function<String, String> value, int standard) {
        String text = value.apply(name);
        if (text == null) {
            return standard;
        }
        try {
            int port = Integer.parseInt(text.trim());
            if (port > 0 && port <= PORT_MAX) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message.
        }
        throw new SluiceException(
                ErrorCode.E0102, file + ": " + name + " is '" + text + "'", "give a port from 1 to 65535");
    }
}
