package dev.sluice.catalog.auth;

/** What a caller may do. A role may do all that the roles before it may. */
public enum Role {
    READER,
    WRITER;

    public boolean may(Role needed) {
        return compareTo(needed) >= 0;
    }
}
