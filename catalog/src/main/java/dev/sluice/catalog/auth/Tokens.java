package dev.sluice.catalog.auth;

import dev.sluice.catalog.config.CatalogConfig.TokenConfig;
import dev.sluice.spec.Secret;
import dev.sluice.spec.Sha256;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tells the role of a bearer token: one that stands in the configuration, or a short-lived one that was given for it.
 * Configured ones are kept and compared as digests, all of them each time, so that the time an answer takes tells
 * nothing about how near a guess came. Immutable.
 */
public final class Tokens {
    private static final String SCHEME = "Bearer ";

    private final List<Entry> entries = new ArrayList<>();
    private final boolean isStaticBearer;
    private final SessionTokens sessions;

    public Tokens(TokenConfig config) {
        this(config, Clock.systemUTC());
    }

    Tokens(TokenConfig config, Clock clock) {
        // Without somebody else to do it, upkeep and removal are the writer's too.
        Role writer = config.upkeep().isEmpty() && config.admins().isEmpty() ? Role.ADMIN : Role.WRITER;
        add(config.writers(), Role.WRITER, writer);
        add(config.readers(), Role.READER, Role.READER);
        add(config.upkeep(), Role.UPKEEP, Role.UPKEEP);
        add(config.admins(), Role.ADMIN, Role.ADMIN);
        this.isStaticBearer = config.isStaticBearer();
        this.sessions = new SessionTokens(config.sessionSeconds(), clock);
    }

    private void add(List<Secret> tokens, Role named, Role role) {
        tokens.forEach(token -> entries.add(new Entry(Sha256.of(token.reveal()), named, role)));
    }

    /**
     * A configured token.
     *
     * @param named the role that it is configured as, and that its client calls itself
     * @param role what it may do
     */
    record Entry(byte[] digest, Role named, Role role) {}

    /** A session that was granted: its token, and how long it is good for. */
    public record Session(String token, int seconds) {}

    /**
     * The role of a request; empty when it is not to be let in. Without configured tokens everybody may do everything.
     *
     * @param authorization value of the header of that name, null when there is none
     */
    public Optional<Role> roleOf(String authorization) {
        if (entries.isEmpty()) {
            return Optional.of(Role.ADMIN);
        }
        Optional<String> token = bearer(authorization);
        if (token.isEmpty()) {
            return Optional.empty();
        }
        Optional<Entry> entry = SessionTokens.isOne(token.get())
                ? sessions.entryOf(token.get(), entries)
                : find(token.get()).filter(found -> isStaticBearer);
        return entry.map(Entry::role);
    }

    /** A session for a client that knows a token of the role that it names; empty when it does not. */
    public Optional<Session> login(String client, Secret token) {
        return find(token.reveal())
                .filter(entry -> entry.named().label().equals(client))
                .map(sessions::begin);
    }

    /**
     * A session in place of one that is still good; empty when it is not, or when its login is too long ago. That bound
     * is what a stolen session is worth at most.
     */
    public Optional<Session> renew(String sessionToken) {
        return sessions.renew(sessionToken, entries);
    }

    static Optional<String> bearer(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        return Optional.of(authorization.substring(SCHEME.length()).strip());
    }

    private Optional<Entry> find(String token) {
        byte[] digest = Sha256.of(token);
        Entry found = null;
        for (Entry entry : entries) {
            if (MessageDigest.isEqual(entry.digest, digest)) {
                found = entry;
            }
        }
        return Optional.ofNullable(found);
    }
}
