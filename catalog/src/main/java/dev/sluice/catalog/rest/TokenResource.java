package dev.sluice.catalog.rest;

import dev.sluice.catalog.auth.Tokens;
import dev.sluice.catalog.http.Call;
import dev.sluice.catalog.http.Reply;
import dev.sluice.spec.Secret;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.rest.responses.OAuthTokenResponse;

/**
 * OAuth2 client credentials, for clients that cannot be given a token: the client's id is its role ({@code reader} or
 * {@code writer}), its secret is one of that role's tokens, and the token it gets is that one, which does not expire.
 */
final class TokenResource {
    private final Tokens tokens;

    TokenResource(Tokens tokens) {
        this.tokens = tokens;
    }

    Reply token(Call call) {
        Map<String, String> form = call.form();
        if (!"client_credentials".equals(form.get("grant_type"))) {
            return refuse(400, "unsupported_grant_type", "this catalog knows client_credentials only");
        }
        String secret = form.getOrDefault("client_secret", "");
        boolean known = tokens.roleOf(new Secret(secret))
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .filter(role -> role.equals(form.get("client_id")))
                .isPresent();
        if (!known) {
            return refuse(401, "invalid_client", "client_id must be reader or writer, client_secret its token");
        }
        return Reply.ok(OAuthTokenResponse.builder()
                .withToken(secret)
                .withTokenType("bearer")
                .withIssuedTokenType("urn:ietf:params:oauth:token-type:access_token")
                .build());
    }

    /** In the form of OAuth2 (RFC 6749, 5.2), which is not that of the other endpoints. */
    private static Reply refuse(int status, String error, String description) {
        return new Reply(status, Optional.of(Map.of("error", error, "error_description", description)));
    }
}
