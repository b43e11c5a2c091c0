package dev.sluice.trino.password;

import io.trino.spi.security.AccessDeniedException;
import io.trino.spi.security.BasicPrincipal;
import io.trino.spi.security.PasswordAuthenticator;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.util.Map;

/**
 * Lets one user in. Name and password are compared as digests, both each time, so that the time an answer takes tells
 * nothing about how near a guess came. Thread-safe.
 */
final class OnePassword implements PasswordAuthenticator {
    static final String USER = "sluice.user";
    static final String PASSWORD = "sluice.password";
    private static final int LENGTH_MIN = 16;

    private final byte[] user;
    private final byte[] password;

    private OnePassword(byte[] user, byte[] password) {
        this.user = user;
        this.password = password;
    }

    /** Fails, and Trino's start with it, when there is no user or too short a password. */
    static OnePassword of(Map<String, String> config) {
        String user = config.getOrDefault(USER, "");
        String password = config.getOrDefault(PASSWORD, "");
        if (user.isEmpty() || password.length() < LENGTH_MIN) {
            throw new IllegalArgumentException(
                    USER + " must name a user and " + PASSWORD + " have at least " + LENGTH_MIN + " characters");
        }
        return new OnePassword(digest(user), digest(password));
    }

    @Override
    public Principal createAuthenticatedPrincipal(String askedUser, String askedPassword) {
        boolean isUser = MessageDigest.isEqual(user, digest(askedUser));
        boolean isPassword = MessageDigest.isEqual(password, digest(askedPassword));
        if (isUser && isPassword) {
            return new BasicPrincipal(askedUser);
        }
        throw new AccessDeniedException("user or password is wrong");
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
