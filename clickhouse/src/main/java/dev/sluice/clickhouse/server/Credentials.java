package dev.sluice.clickhouse.server;

import com.sun.net.httpserver.Headers;
import dev.sluice.spec.Secret;
import dev.sluice.spec.Sha256;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Who may ask. The engine knows one user only, so the check is this server's: a user that may do everything and, if
 * there is one, a reader. A password in a URL is not accepted.
 *
 * @param reader empty when there is no reader
 */
record Credentials(Login administrator, Optional<Login> reader) {
    static final String USER = "SLUICE_CLICKHOUSE_USER";
    static final String PASSWORD = "SLUICE_CLICKHOUSE_PASSWORD";
    static final String READER_USER = "SLUICE_CLICKHOUSE_READER_USER";
    static final String READER_PASSWORD = "SLUICE_CLICKHOUSE_READER_PASSWORD";

    /** What a request may do. */
    enum Role {
        ADMINISTRATOR,
        READER
    }

    record Login(String user, Secret password) {}

    /** Reads the environment; throws E1304 when a name is missing or empty. */
    static Credentials of(Map<String, String> environment) {
        Login administrator = new Login(required(environment, USER), new Secret(required(environment, PASSWORD)));
        Optional<Login> reader = Optional.ofNullable(environment.get(READER_USER))
                .filter(user -> !user.isEmpty())
                .map(user -> new Login(user, new Secret(required(environment, READER_PASSWORD))));
        return new Credentials(administrator, reader);
    }

    private static String required(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            throw new SluiceException(
                    ErrorCode.E1304,
                    "the environment has no " + name + ", and this server does not run without a password",
                    "Set " + name + " in the server's environment.");
        }
        return value;
    }

    /** The role of the request's login; throws code 194 without a login, 516 with a wrong one. */
    Role authenticate(Headers headers) throws EngineException {
        String user = headers.getFirst("X-ClickHouse-User");
        String password = headers.getFirst("X-ClickHouse-Key");
        String authorization = headers.getFirst("Authorization");
        if (user == null && authorization != null && authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            String[] parts = decode(authorization.substring(6).trim());
            user = parts[0];
            password = parts[1];
        }
        if (user == null) {
            throw new EngineException(
                    194, "REQUIRED_PASSWORD", "Log in with Basic authentication or X-ClickHouse-User");
        }
        String given = password == null ? "" : password;
        boolean isAdministrator = matches(administrator, user, given);
        boolean isReader = reader.isPresent() && matches(reader.get(), user, given);
        if (!isAdministrator && !isReader) {
            throw new EngineException(516, "AUTHENTICATION_FAILED", "Authentication failed: wrong user or password");
        }
        return isAdministrator ? Role.ADMINISTRATOR : Role.READER;
    }

    private static String[] decode(String base64) throws EngineException {
        try {
            String pair = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0
                    ? new String[] {pair, ""}
                    : new String[] {pair.substring(0, colon), pair.substring(colon + 1)};
        } catch (IllegalArgumentException e) {
            throw new EngineException(516, "AUTHENTICATION_FAILED", "The Authorization header is not valid Base64");
        }
    }

    /** Takes the same time whatever differs. */
    private static boolean matches(Login login, String user, String password) {
        boolean userMatches = MessageDigest.isEqual(Sha256.of(login.user()), Sha256.of(user));
        boolean passwordMatches =
                MessageDigest.isEqual(Sha256.of(login.password().reveal()), Sha256.of(password));
        return userMatches & passwordMatches;
    }
}
