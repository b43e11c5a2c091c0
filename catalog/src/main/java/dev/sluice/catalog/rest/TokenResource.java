package dev.sluice.catalog.rest;

import dev.sluice.catalog.auth.Tokens;
import dev.sluice.catalog.http.Call;
import dev.sluice.catalog.http.Reply;
import dev.sluice.spec.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.rest.responses.OAuthTokenResponse;

/**
 * OAuth2 for clients that are to hold a session rather than a token that lasts. With client credentials the client's id
 * is its role ({@code reader}, {@code writer}, {@code upkeep}, {@code admin}) and its secret one of that role's tokens.
 * Iceberg's Java client then exchanges one session for the next, and, when it was too late, shows its credentials again.
 */
final class TokenResource {
    private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

    private final Tokens tokens;

    TokenResource(Tokens tokens) {
        this.tokens = tokens;
    }

    Reply token(Call call) {
        Map<String, String> form = call.form();
        String grant = form.getOrDefault("grant_type", "");
        if (!grant.equals("client_credentials") && !grant.equals(EXCHANGE)) {
            return refuse(400, "unsupported_grant_type", "this catalog knows client_credentials and token-exchange");
        }
        Optional<Tokens.Session> session =
                grant.equals(EXCHANGE) ? exchange(call, form) : login(form.get("client_id"), form.get("client_secret"));
        if (session.isEmpty()) {
            call.countFailedLogin();
            return refuse(
                    401,
                    "invalid_client",
                    "client_id must be reader, writer, upkeep or admin, client_secret its token, subject_token a"
                            + " session that is still good");
        }
        return Reply.ok(OAuthTokenResponse.builder()
                .withToken(session.get().token())
                .withTokenType("bearer")
                .withIssuedTokenType("urn:ietf:params:oauth:token-type:access_token")
                .setExpirationInSeconds(session.get().seconds())
                .build());
    }

    private Optional<Tokens.Session> exchange(Call call, Map<String, String> form) {
        String[] basic = basic(call.authorization().orElse(""));
        return basic.length == 2 ? login(basic[0], basic[1]) : tokens.renew(form.getOrDefault("subject_token", ""));
    }

    private Optional<Tokens.Session> login(String client, String secret) {
        return client == null || secret == null ? Optional.empty() : tokens.login(client, new Secret(secret));
    }

    /** Id and secret of an Authorization header; of another length when there are none. */
    private static String[] basic(String authorization) {
        if (!authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            return new String[0];
        }
        try {
            byte[] plain = Base64.getDecoder().decode(authorization.substring(6).strip());
            return new String(plain, StandardCharsets.UTF_8).split(":", 2);
        } catch (IllegalArgumentException e) {
            return new String[0];
        }
    }

    /** In the form of OAuth2 (RFC 6749, 5.2), which is not that of the other endpoints. */
    private static Reply refuse(int status, String error, String description) {
        return new Reply(status, Optional.of(Map.of("error", error, "error_description", description)));
    }
}
