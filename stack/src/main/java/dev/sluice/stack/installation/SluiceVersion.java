package dev.sluice.stack.installation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** The version of this build: the POM's, which the build writes into {@code version.properties}. */
public final class SluiceVersion {
    private static final String CURRENT = read();

    private SluiceVersion() {}

    public static String current() {
        return CURRENT;
    }

    private static String read() {
        try (InputStream file =
                Objects.requireNonNull(SluiceVersion.class.getResourceAsStream("version.properties"), "version")) {
            Properties properties = new Properties();
            properties.load(file);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
