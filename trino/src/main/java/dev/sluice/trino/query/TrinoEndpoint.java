package dev.sluice.trino.query;

import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.ModelsSpec;
import dev.sluice.spec.Secret;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * Where Trino is and as whom to talk to it.
 *
 * @param url {@code http://host:port} or {@code https://host:port}
 * @param password only over https
 * @param catalog the session's catalog
 * @param schema the session's schema; empty when it has none
 * @param certificate PEM file with what to trust over https; empty: what Java trusts
 */
public record TrinoEndpoint(
        String url,
        String user,
        Optional<Secret> password,
        String catalog,
        Optional<String> schema,
        Optional<String> certificate) {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    public TrinoEndpoint {
        URI uri = URI.create(url);
        boolean secure = "https".equals(uri.getScheme());
        if (uri.getHost() == null || !secure && !"http".equals(uri.getScheme())) {
            throw new SluiceException(
                    ErrorCode.E0102, "'" + url + "' is not the address of a Trino server", "give http://host:port");
        }
        if (password.isPresent() && !secure) {
            throw new SluiceException(
                    ErrorCode.E0102, "a password for Trino would travel in clear text", "use an https:// address");
        }
    }

    /** A Trino whose certificate Java trusts by itself, or that has none. */
    public TrinoEndpoint(String url, String user, Optional<Secret> password, String catalog, Optional<String> schema) {
        this(url, user, password, catalog, schema, Optional.empty());
    }

    /** The Trino of a pipeline, with the bronze namespace as the session's schema. */
    public static TrinoEndpoint of(PipelineSpec spec) {
        return of(spec.models(), Optional.of(spec.catalog().bronzeNamespace()));
    }

    /** The Trino of a pipeline's models. */
    public static TrinoEndpoint of(ModelsSpec models, Optional<String> schema) {
        return new TrinoEndpoint(
                models.trinoUrl(),
                models.trinoUser(),
                models.trinoPassword(),
                models.trinoCatalog(),
                schema,
                models.trinoCertificate());
    }

    /** Whether Trino is on this machine, so that the local stack is what should be running. */
    boolean isLocal() {
        return LOOPBACK.contains(URI.create(url).getHost());
    }

    /** {@code jdbc:trino://host:port}. */
    String jdbcUrl() {
        URI uri = URI.create(url);
        boolean secure = "https".equals(uri.getScheme());
        int port = uri.getPort() > 0 ? uri.getPort() : secure ? 443 : 80;
        return "jdbc:trino://" + uri.getHost() + ":" + port;
    }

    boolean isSecure() {
        return url.startsWith("https:");
    }
}
