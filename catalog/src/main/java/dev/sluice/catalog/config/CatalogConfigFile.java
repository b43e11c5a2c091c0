package dev.sluice.catalog.config;

import dev.sluice.catalog.config.CatalogConfig.DatabaseConfig;
import dev.sluice.catalog.config.CatalogConfig.Keys;
import dev.sluice.catalog.config.CatalogConfig.ObjectStoreConfig;
import dev.sluice.catalog.config.CatalogConfig.TokenConfig;
import dev.sluice.spec.Secret;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.yaml.FlatYaml;
import dev.sluice.spec.yaml.SpecProblem;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** {@code catalog.yaml} to {@link CatalogConfig}; everything wrong with the file is found in one go. */
public final class CatalogConfigFile {
    private static final int TOKEN_LENGTH_MIN = 16;
    private static final int PORT_MAX = 65_535;
    private static final int SESSION_SECONDS_MAX = 86_400;
    private static final int REQUEST_THREADS_DEFAULT = 16;
    private static final int REQUEST_MEGABYTES_DEFAULT = 16;
    private static final int DATABASE_WAIT_SECONDS_DEFAULT = 30;
    private static final List<String> KEYS = List.of(
            "bind",
            "port",
            "warehouse",
            "authentication",
            "tokens.writer",
            "tokens.reader",
            "tokens.upkeep",
            "tokens.admin",
            "tokens.static",
            "tokens.session-seconds",
            "database.url",
            "database.user",
            "database.password",
            "database.wait-seconds",
            "object-store.endpoint",
            "object-store.region",
            "object-store.access-key-id",
            "object-store.secret-access-key",
            "object-store.reader-access-key-id",
            "object-store.reader-secret-access-key",
            "object-store.path-style-access",
            "limits.request-threads",
            "limits.request-megabytes");

    private final FlatYaml file;

    private CatalogConfigFile(FlatYaml file) {
        this.file = file;
    }

    /** What a file says, or everything that is wrong with it; one of the two is empty. */
    public record Parsed(Optional<CatalogConfig> config, List<SpecProblem> problems) {}

    /** Reads the file; {@code environment} looks up what {@code ${env:NAME}} refers to. */
    public static Parsed read(Path path, Function<String, Optional<String>> environment) {
        FlatYaml file = FlatYaml.read(path, KEYS, environment);
        boolean readable =
                file.problems().stream().noneMatch(problem -> problem.key().isEmpty());
        if (!readable) {
            // Without a document every key would be reported as missing.
            return new Parsed(Optional.empty(), file.problems());
        }
        CatalogConfig config = new CatalogConfigFile(file).config();
        return new Parsed(file.problems().isEmpty() ? Optional.of(config) : Optional.empty(), file.problems());
    }

    private CatalogConfig config() {
        String bind = file.text("bind").orElse("127.0.0.1");
        return new CatalogConfig(
                bind,
                number("port", 18_181, 0, PORT_MAX),
                warehouse(),
                tokens(bind),
                new DatabaseConfig(databaseUrl(), required("database.user"), new Secret(required("database.password"))),
                objectStore(),
                number("limits.request-threads", REQUEST_THREADS_DEFAULT, 1, 256),
                number("limits.request-megabytes", REQUEST_MEGABYTES_DEFAULT, 1, 512) << 20,
                number("database.wait-seconds", DATABASE_WAIT_SECONDS_DEFAULT, 0, 600) * 1000L);
    }

    private String warehouse() {
        String text = required("warehouse");
        if (!text.isEmpty() && !text.matches("s3a?://[a-z0-9][a-z0-9.-]+(/.*)?")) {
            file.error(ErrorCode.E0102, "warehouse", "must be a place in an S3 bucket", "s3://bucket/prefix");
        }
        return text.replaceFirst("/+$", "");
    }

    private String databaseUrl() {
        String text = required("database.url");
        if (!text.isEmpty() && !text.startsWith("jdbc:postgresql://")) {
            file.error(ErrorCode.E0102, "database.url", "must begin with jdbc:postgresql://", "");
        }
        if (text.matches("(?i).*[?&](password|user)=.*") || text.contains("@")) {
            file.error(
                    ErrorCode.E0102,
                    "database.url",
                    "must not hold a user or a password: URLs end up in logs",
                    "use database.user and database.password");
        }
        return text;
    }

    private ObjectStoreConfig objectStore() {
        Keys keys = keys("");
        Optional<Keys> readerKeys = readerKeys();
        if (readerKeys.filter(keys::equals).isPresent()) {
            file.error(
                    ErrorCode.E0103,
                    "object-store.reader-secret-access-key",
                    "is the key of the catalog itself, which writes",
                    "make a key that can only read, or leave both out: readers are told none then");
        }
        return new ObjectStoreConfig(
                endpoint(),
                file.text("object-store.region").orElse("us-east-1"),
                flag("object-store.path-style-access", true),
                keys,
                readerKeys);
    }

    /** Empty ones count as left out, so that the shipped file can name them. */
    private Optional<Keys> readerKeys() {
        boolean given = file.text("object-store.reader-access-key-id").isPresent()
                || file.text("object-store.reader-secret-access-key").isPresent();
        return given ? Optional.of(keys("reader-")) : Optional.empty();
    }

    private Keys keys(String prefix) {
        return new Keys(
                required("object-store." + prefix + "access-key-id"),
                new Secret(required("object-store." + prefix + "secret-access-key")));
    }

    private String endpoint() {
        String text = required("object-store.endpoint");
        if (!text.isEmpty() && !isPlainHttp(text)) {
            file.error(
                    ErrorCode.E0102,
                    "object-store.endpoint",
                    "must be an http or https address without user, query or fragment",
                    "http://127.0.0.1:19000");
        }
        return text;
    }

    private static boolean isPlainHttp(String text) {
        try {
            URI uri = URI.create(text);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private TokenConfig tokens(String bind) {
        String authentication = file.text("authentication").orElse("tokens");
        List<Secret> writers = tokensOf("tokens.writer");
        List<Secret> readers = tokensOf("tokens.reader");
        if (authentication.equals("none")) {
            if (!isLoopback(bind)) {
                file.error(
                        ErrorCode.E0103,
                        "authentication",
                        "is none while `bind` is not a loopback address: anybody could rewrite the lake",
                        "set tokens, or bind: 127.0.0.1");
            }
            return TokenConfig.NONE;
        }
        if (!authentication.equals("tokens")) {
            file.error(ErrorCode.E0102, "authentication", "must be tokens or none", "");
        } else if (writers.isEmpty()) {
            file.error(
                    ErrorCode.E0102,
                    "tokens.writer",
                    "holds no token",
                    "set SLUICE_CATALOG_TOKEN to at least 16 characters, or say authentication: none");
        }
        List<Secret> upkeep = tokensOf("tokens.upkeep");
        List<Secret> admins = tokensOf("tokens.admin");
        Set<Secret> seen = new HashSet<>(writers);
        refuseShared("tokens.reader", readers, seen);
        refuseShared("tokens.upkeep", upkeep, seen);
        refuseShared("tokens.admin", admins, seen);
        return new TokenConfig(
                writers,
                readers,
                upkeep,
                admins,
                flag("tokens.static", true),
                number("tokens.session-seconds", TokenConfig.SESSION_SECONDS_DEFAULT, 60, SESSION_SECONDS_MAX));
    }

    private void refuseShared(String key, List<Secret> tokens, Set<Secret> seen) {
        for (Secret token : tokens) {
            if (!seen.add(token)) {
                file.error(ErrorCode.E0103, key, "holds a token that another role has too", "give each its own");
            }
        }
    }

    private List<Secret> tokensOf(String key) {
        List<Secret> tokens = new ArrayList<>();
        for (String text : file.texts(key)) {
            if (text.isEmpty()) {
                continue;
            }
            if (text.length() < TOKEN_LENGTH_MIN || !text.matches("[A-Za-z0-9._~+/=-]+")) {
                file.error(
                        ErrorCode.E0102,
                        key,
                        "holds a token that is shorter than " + TOKEN_LENGTH_MIN
                                + " characters or has others than A-Z a-z 0-9 . _ ~ + / = -",
                        "make one: openssl rand -hex 24");
            }
            tokens.add(new Secret(text));
        }
        return tokens;
    }

    private static boolean isLoopback(String bind) {
        try {
            return InetAddress.getByName(bind).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** The value; when it is missing that is reported, and the text is empty. */
    private String required(String key) {
        Optional<String> text = file.text(key);
        boolean reported =
                file.problems().stream().anyMatch(problem -> problem.key().equals(key));
        if (text.isEmpty() && !reported) {
            file.error(ErrorCode.E0102, key, "is missing or empty", "");
        }
        return text.orElse("");
    }

    private boolean flag(String key, boolean otherwise) {
        String text = file.text(key).orElse(Boolean.toString(otherwise));
        if (!text.equals("true") && !text.equals("false")) {
            file.error(ErrorCode.E0102, key, "must be true or false", "");
        }
        return text.equals("true");
    }

    private int number(String key, int otherwise, int min, int max) {
        String text = file.text(key).orElse(Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, as any other number out of range.
        }
        file.error(ErrorCode.E0102, key, "must be a number from " + min + " to " + max, "");
        return otherwise;
    }
}
