package dev.sluice.catalog.auth;

import static dev.sluice.catalog.auth.Right.COMMIT;
import static dev.sluice.catalog.auth.Right.EXPIRE;
import static dev.sluice.catalog.auth.Right.PURGE;
import static dev.sluice.catalog.auth.Right.READ;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a token stands for. Nobody but {@link #ADMIN} can destroy a table: a writer's drop leaves the files, and upkeep,
 * which deletes files, drops nothing.
 */
public enum Role {
    /** Analysts, BI tools, other engines. */
    READER(EnumSet.of(READ)),
    /** Pipelines and models: makes, fills and drops tables, and keeps their history. */
    WRITER(EnumSet.complementOf(EnumSet.of(EXPIRE, PURGE))),
    /** Rewrites files and expires snapshots. Its commits leave every row as it is. */
    UPKEEP(EnumSet.of(READ, COMMIT, EXPIRE)),
    /** Everything. */
    ADMIN(EnumSet.allOf(Right.class));

    private final Set<Right> rights;

    Role(Set<Right> rights) {
        this.rights = rights;
    }

    public boolean may(Right right) {
        return rights.contains(right);
    }

    /** As it stands in {@code catalog.yaml} and in a client's id. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Role> ofLabel(String label) {
        for (Role role : values()) {
            if (role.label().equals(label)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
