package dev.sluice.spec;

import dev.sluice.spec.errors.SluiceException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value that must not be seen. It prints as {@code ***}; only {@link #reveal()} gives it away.
 *
 * <p>A stored one knows the place of the value, not the value: that is what is written into a pipeline's file and into
 * a job, and every process that uses it reads the place itself, each time. Immutable.
 */
public final class Secret implements Serializable {
    private static final long serialVersionUID = 2L;

    /** Null when the secret is stored. */
    private final @Nullable String value;
    /** A {@link SecretFile} and a key in it; null when the value is here. */
    private final @Nullable String file;

    private final @Nullable String key;

    public Secret(String value) {
        this(Objects.requireNonNull(value, "value"), null, null);
    }

    private Secret(@Nullable String value, @Nullable String file, @Nullable String key) {
        this.value = value;
        this.file = file;
        this.key = key;
    }

    /** The secret under that key of a {@link SecretFile}; it need not be there yet. */
    static Secret stored(Path file, String key) {
        return new Secret(null, file.toAbsolutePath().normalize().toString(), key);
    }

    boolean isStored() {
        return file != null;
    }

    /** Where a stored one is. */
    Path file() {
        return Path.of(Objects.requireNonNull(file, "not stored"));
    }

    String key() {
        return Objects.requireNonNull(key, "not stored");
    }

    /**
     * The secret itself: pass it to a driver, never to a log, and do not keep it where it may be serialised.
     *
     * @throws SluiceException E1103 when it is stored in a file that this process cannot read
     */
    public String reveal() {
        return value != null ? value : SecretFile.read(file(), key());
    }

    /** Two secrets are equal when their values are, wherever those come from. */
    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Secret)) {
            return false;
        }
        Secret that = (Secret) other;
        if (isStored() && that.isStored() && file().equals(that.file()) && key().equals(that.key())) {
            return true;
        }
        try {
            return reveal().equals(that.reveal());
        } catch (SluiceException e) {
            // One that cannot be read is like no other.
            return false;
        }
    }

    @Override
    public int hashCode() {
        try {
            return reveal().hashCode();
        } catch (SluiceException e) {
            return 0;
        }
    }

    @Override
    public String toString() {
        return "***";
    }
}
