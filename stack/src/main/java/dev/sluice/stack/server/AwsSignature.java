package dev.sluice.stack.server;

import dev.sluice.spec.Sha256;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs a GET without body for S3. Source: AWS documentation, "Authenticating Requests (AWS Signature Version 4)". The
 * query of {@code uri} must already be sorted and encoded.
 */
final class AwsSignature {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private AwsSignature() {}

    /** @param at time of the request; the server refuses one that is some minutes off */
    static void sign(HttpRequest.Builder request, URI uri, String key, String secret, String region, Instant at)
            throws GeneralSecurityException {
        String time = TIME.format(at);
        String day = time.substring(0, 8);
        String bodyHash = hash("");
        String signedHeaders = "host;x-amz-content-sha256;x-amz-date";
        String canonical = String.join(
                "\n",
                "GET",
                uri.getRawPath(),
                uri.getRawQuery(),
                "host:" + uri.getAuthority(),
                "x-amz-content-sha256:" + bodyHash,
                "x-amz-date:" + time,
                "",
                signedHeaders,
                bodyHash);
        String scope = day + "/" + region + "/s3/aws4_request";
        String toSign = String.join("\n", "AWS4-HMAC-SHA256", time, scope, hash(canonical));
        byte[] signingKey = mac(
                mac(mac(mac(("AWS4" + secret).getBytes(StandardCharsets.UTF_8), day), region), "s3"), "aws4_request");
        request.header("x-amz-date", time)
                .header("x-amz-content-sha256", bodyHash)
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=" + key + "/" + scope + ", SignedHeaders=" + signedHeaders
                                + ", Signature=" + HexFormat.of().formatHex(mac(signingKey, toSign)));
    }

    private static String hash(String text) {
        return HexFormat.of().formatHex(Sha256.of(text));
    }

    private static byte[] mac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}
