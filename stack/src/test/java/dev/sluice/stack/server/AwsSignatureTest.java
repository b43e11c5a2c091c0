package dev.sluice.stack.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

class AwsSignatureTest {
    /** The published example "GET Bucket (List Objects)" of the AWS documentation, with its example key. */
    @Test
    void signsAListingAsTheDocumentationDoes() {
        URI uri = URI.create("https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J");
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        AwsSignature.sign(
                request,
                uri,
                AwsCredentialsIdentity.create("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                "us-east-1",
                Clock.fixed(Instant.parse("2013-05-24T00:00:00Z"), ZoneOffset.UTC));
        assertThat(request.build().headers().firstValue("Authorization").orElseThrow())
                .endsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }
}
