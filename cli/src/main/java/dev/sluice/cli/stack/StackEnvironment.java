package dev.sluice.cli.stack;

import dev.sluice.cli.Session;
import java.util.Optional;

/** What the local stack tells pipelines of itself. */
public final class StackEnvironment {
    private StackEnvironment() {}

    /** A variable such as {@code SLUICE_CATALOG_URI}; empty when there is no local stack. */
    public static Optional<String> variable(Session session, String name) {
        return Optional.empty();
    }
}
