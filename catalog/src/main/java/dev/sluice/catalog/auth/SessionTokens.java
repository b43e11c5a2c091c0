package dev.sluice.catalog.auth;

import dev.sluice.catalog.auth.Tokens.Entry;
import dev.sluice.catalog.auth.Tokens.Session;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Short-lived tokens: {@code sluice-session.<configured token's fingerprint>.<login>.<end>.<signature>}, times in
 * seconds. The key of a signature is made of the configured token that it was given for: nothing has to be kept, any
 * number of servers agree, and a token that is taken out of the configuration takes its sessions with it. Immutable.
 */
final class SessionTokens {
    static final int RENEWABLE_SECONDS_MAX = 24 * 3600;

    private static final String PREFIX = "sluice-session.";
    private static final int FINGERPRINT_BYTES = 8;
    private static final int PARTS = 5;

    private final int seconds;
    private final Clock clock;

    SessionTokens(int seconds, Clock clock) {
        this.seconds = seconds;
        this.clock = clock;
    }

    static boolean isOne(String token) {
        return token.startsWith(PREFIX);
    }

    Session begin(Entry entry) {
        return session(entry, now());
    }

    Optional<Session> renew(String token, List<Entry> entries) {
        return read(token, entries)
                .filter(claim -> now() - claim.login <= RENEWABLE_SECONDS_MAX)
                .map(claim -> session(claim.entry, claim.login));
    }

    Optional<Entry> entryOf(String token, List<Entry> entries) {
        return read(token, entries).map(Claim::entry);
    }

    private record Claim(Entry entry, long login) {}

    private Optional<Claim> read(String token, List<Entry> entries) {
        String[] parts = token.split("\\.", -1);
        if (!isOne(token) || parts.length != PARTS) {
            return Optional.empty();
        }
        String content = token.substring(0, token.lastIndexOf('.'));
        for (Entry entry : entries) {
            if (fingerprint(entry).equals(parts[1]) && isSigned(entry, content, parts[4])) {
                // Numbers are ours, since the signature holds.
                return Long.parseLong(parts[3]) > now()
                        ? Optional.of(new Claim(entry, Long.parseLong(parts[2])))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private Session session(Entry entry, long login) {
        String content = PREFIX + fingerprint(entry) + "." + login + "." + (now() + seconds);
        return new Session(content + "." + sign(entry, content), seconds);
    }

    private long now() {
        return clock.millis() / 1000;
    }

    private static boolean isSigned(Entry entry, String content, String signature) {
        return MessageDigest.isEqual(
                sign(entry, content).getBytes(StandardCharsets.UTF_8), signature.getBytes(StandardCharsets.UTF_8));
    }

    /** Not of the digest that the signature's key is: one tells nothing about the other. */
    private static String fingerprint(Entry entry) {
        return HexFormat.of().formatHex(mac(entry.digest(), "fingerprint"), 0, FINGERPRINT_BYTES);
    }

    private static String sign(Entry entry, String content) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(mac(entry.digest(), content));
    }

    private static byte[] mac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }
}
