package dev.sluice.catalog.auth;

import dev.sluice.catalog.config.CatalogConfig.TokenConfig;
import dev.sluice.spec.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tells the role of a bearer token. Tokens are kept and compared as digests, all of them each time, so that the time
 * an answer takes tells nothing about how near a guess came. Immutable.
 */
public final class Tokens {
    private static final String SCHEME = "Bearer ";

    private final List<Entry> entries = new ArrayList<>();

    public Tokens(TokenConfig config) {
        config.writers().forEach(token -> entries.add(new Entry(digest(token.reveal()), Role.WRITER)));
        config.readers().forEach(token -> entries.add(new Entry(digest(token.reveal()), Role.READER)));
    }

    private record Entry(byte[] digest, Role role) {}

    /**
     * The role of a request; empty when it is not to be let in. Without configured tokens everybody writes.
     *
     * @param authorization value of the header of that name, null when there is none
     */
    public Optional<Role> roleOf(String authorization) {
        if (entries.isEmpty()) {
            return Optional.of(Role.WRITER);
        }
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        return roleOf(new Secret(authorization.substring(SCHEME.length()).strip()));
    }

    /** The role of a token; empty when it is none of ours. */
    public Optional<Role> roleOf(Secret token) {
        byte[] digest = digest(token.reveal());
        Role found = null;
        for (Entry entry : entries) {
            if (MessageDigest.isEqual(entry.digest, digest)) {
                found = entry.role;
            }
        }
        return Optional.ofNullable(found);
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
