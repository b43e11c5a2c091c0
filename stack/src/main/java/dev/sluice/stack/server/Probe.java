package dev.sluice.stack.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks servers over HTTP whether they work; every question is bounded in time. */
final class Probe {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);

    private Probe() {}

    static HttpRequest.Builder request(String uri) {
        return HttpRequest.newBuilder(URI.create(uri)).timeout(ANSWER_WITHIN);
    }

    /**
     * The body of a 200.
     *
     * @throws IOException also for every other status
     */
    static String ok(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(request.uri().getPath() + " answered HTTP " + response.statusCode());
        }
        return response.body();
    }
}
