package dev.sluice.spec;

import java.io.Serializable;

/** A value that must not be seen. It prints as {@code ***}; only {@link #reveal()} gives it away. */
public final class Secret implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String value;

    public Secret(String value) {
        this.value = java.util.Objects.requireNonNull(value, "value");
    }

    /** The secret itself: pass it to a driver, never to a log. */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && that.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
