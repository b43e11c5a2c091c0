package dev.sluice.ingest.hot;

import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.ClickHouseSql;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Statements over ClickHouse's HTTP interface. A statement that may have failed by the network, or that the server was
 * too busy for, is sent again with growing pauses for {@link #RETRY_MILLIS_MAX}; all statements of the sink may be
 * repeated. Not thread-safe.
 */
final class ClickHouseClient {
    static final long RETRY_MILLIS_MAX = 60_000;
    private static final Logger log = LoggerFactory.getLogger(ClickHouseClient.class);
    private static final long PAUSE_MILLIS_MIN = 100;
    private static final long PAUSE_MILLIS_MAX = 5_000;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(60);
    private static final int MESSAGE_CHARACTERS_MAX = 600;

    private final HotSpec hot;
    private final long retryMillisMax;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    private final String authorization;

    ClickHouseClient(HotSpec hot) {
        this(hot, RETRY_MILLIS_MAX);
    }

    ClickHouseClient(HotSpec hot, long retryMillisMax) {
        this.hot = hot;
        this.retryMillisMax = retryMillisMax;
        byte[] login = (hot.user() + ":" + hot.password().reveal()).getBytes(StandardCharsets.UTF_8);
        this.authorization = "Basic " + Base64.getEncoder().encodeToString(login);
    }

    /** A statement under way. */
    record Call(String purpose, HttpRequest request, CompletableFuture<HttpResponse<byte[]>> answer) {}

    /** Runs a statement that is small, or returns little; the result is in RowBinary or what it names. */
    byte[] run(String purpose, String sql) {
        return finish(start(purpose, "", BodyPublishers.ofString(sql)));
    }

    /** Runs a statement that must not be repeated. */
    void runOnce(String purpose, String sql) {
        finish(start(purpose, "", BodyPublishers.ofString(sql)), 0);
    }

    /** Runs a statement and returns its result as text, without the last line end. */
    String text(String purpose, String sql) {
        return new String(run(purpose, sql), StandardCharsets.UTF_8).stripTrailing();
    }

    /** Sends an insert and does not wait for it; {@code rows} must stay as they are until {@link #finish}. */
    Call startInsert(String purpose, String sql, byte[] rows, int length) {
        // One block per insert, so that its rows of one day are stored together or not at all.
        String parameters = "query=" + URLEncoder.encode(sql, StandardCharsets.UTF_8)
                + "&max_insert_block_size=4000000&min_insert_block_size_rows=4000000"
                + "&min_insert_block_size_bytes=1000000000&max_partitions_per_insert_block=0&async_insert=0";
        return start(purpose, parameters, BodyPublishers.ofByteArray(rows, 0, length));
    }

    private Call start(String purpose, String parameters, BodyPublisher body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(hot.url() + "/?" + parameters))
                .header("Authorization", authorization)
                .timeout(STATEMENT_TIMEOUT)
                .POST(body)
                .build();
        return new Call(purpose, request, http.sendAsync(request, BodyHandlers.ofByteArray()));
    }

    /** Waits for the answer and repeats what may be repeated. E0901 when time is up, E0902 for what stays refused. */
    byte[] finish(Call call) {
        return finish(call, retryMillisMax);
    }

    private byte[] finish(Call call, long retryMillis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(retryMillis);
        long pause = PAUSE_MILLIS_MIN;
        Supplier<CompletableFuture<HttpResponse<byte[]>>> attempt = call::answer;
        while (true) {
            SluiceException failure;
            try {
                HttpResponse<byte[]> response = attempt.get().get(2, TimeUnit.MINUTES);
                if (response.statusCode() == 200) {
                    return response.body();
                }
                failure = refusal(call.purpose(), response);
            } catch (ExecutionException | CompletionException | TimeoutException e) {
                failure = unreachable(call.purpose(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SluiceException(ErrorCode.E0901, call.purpose() + ": interrupted", "", e);
            }
            if (failure.code() == ErrorCode.E0902 || System.nanoTime() - deadline >= 0) {
                throw failure;
            }
            log.info("The hot store failed, trying again in {} ms: {}", pause, failure.getMessage());
            sleep(pause);
            pause = Math.min(pause * 2, PAUSE_MILLIS_MAX);
            attempt = () -> http.sendAsync(call.request(), BodyHandlers.ofByteArray());
        }
    }

    /**
     * Waits until no insert or exchange of the table is under way any more: one whose answer never came may still be executed. Versions make late
     * inserts harmless, but for rows that are about to be deleted.
     */
    void awaitLateStatements(String qualifiedName) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS_MAX);
        String running = "SELECT count() FROM system.processes WHERE startsWith(query, "
                + ClickHouseSql.literal("INSERT INTO " + qualifiedName + " ") + ") OR startsWith(query, "
                + ClickHouseSql.literal("EXCHANGE TABLES " + qualifiedName + " ") + ")";
        while (!text("look for late statements", running).equals("0")) {
            if (System.nanoTime() - deadline >= 0) {
                throw new SluiceException(
                        ErrorCode.E0901, "a statement on " + qualifiedName + " does not come to its end", "");
            }
            sleep(PAUSE_MILLIS_MIN);
        }
    }

    private static SluiceException refusal(String purpose, HttpResponse<byte[]> response) {
        String body = new String(response.body(), StandardCharsets.UTF_8).strip();
        String message = body.length() > MESSAGE_CHARACTERS_MAX ? body.substring(0, MESSAGE_CHARACTERS_MAX) : body;
        int status = response.statusCode();
        boolean isPassing = status >= 500 && status != 501 || status == 408 || status == 423 || status == 429;
        return new SluiceException(
                isPassing ? ErrorCode.E0901 : ErrorCode.E0902,
                purpose + ": ClickHouse answered " + status + ": " + message,
                status == 401 || status == 403 ? "Check hot.clickhouse.user, its password and its grants." : "");
    }

    private SluiceException unreachable(String purpose, Exception e) {
        Throwable cause = e.getCause() instanceof IOException ? e.getCause() : e;
        return new SluiceException(
                ErrorCode.E0901,
                purpose + ": " + hot.url() + ": " + cause,
                "Check hot.clickhouse.url, and that ClickHouse runs.",
                e);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E0901, "interrupted while waiting for the hot store", "", e);
        }
    }
}
