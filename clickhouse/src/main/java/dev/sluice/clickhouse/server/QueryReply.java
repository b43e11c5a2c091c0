package dev.sluice.clickhouse.server;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;

/** The answer to one request; its head goes out with the first bytes. Not thread-safe. */
final class QueryReply {
    private static final int COPY_BYTES = 64 << 10;
    /** A client that sends more than this behind a statement that failed is cut off. */
    private static final long DRAINED_BYTES_MAX = 64L << 20;

    private final HttpExchange exchange;
    private final byte[] copy = new byte[COPY_BYTES];
    private OutputStream body;
    private boolean isTrusted;

    QueryReply(HttpExchange exchange) {
        this.exchange = exchange;
    }

    /** The client has logged in: what it still sends may be read. */
    void trustClient() {
        isTrusted = true;
    }

    boolean isStarted() {
        return body != null;
    }

    void start(QueryRequest request, String format, EngineResult.Counters counters) throws IOException {
        drain();
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-ClickHouse-Query-Id", printable(request.queryId()));
        headers.set("X-ClickHouse-Format", printable(format));
        headers.set("X-ClickHouse-Timezone", "UTC");
        headers.set("X-ClickHouse-Server-Display-Name", "sluice");
        headers.set("X-ClickHouse-Summary", summary(counters));
        headers.set("Content-Type", contentType(format));
        String encoding = httpEncoding(request);
        if (encoding != null) {
            headers.set("Content-Encoding", encoding);
        }
        exchange.sendResponseHeaders(200, 0);
        OutputStream raw = exchange.getResponseBody();
        if (request.compressesResponse()) {
            body = new NativeFrames.Output(raw);
        } else if ("lz4".equals(encoding)) {
            body = new LZ4FrameOutputStream(raw);
        } else {
            body = encoding == null ? raw : new GZIPOutputStream(raw, COPY_BYTES);
        }
    }

    void write(MemorySegment bytes) throws IOException {
        MemorySegment target = MemorySegment.ofArray(copy);
        for (long done = 0; done < bytes.byteSize(); ) {
            int part = (int) Math.min(copy.length, bytes.byteSize() - done);
            MemorySegment.copy(bytes, done, target, 0, part);
            body.write(copy, 0, part);
            done += part;
        }
    }

    /** Ends a good answer. A failed one is never ended: the client would take it for whole. */
    void finish() throws IOException {
        body.close();
        exchange.close();
    }

    /** Answers with an error, in ClickHouse's form. Only before {@link #start}. */
    void fail(EngineException error) throws IOException {
        drain();
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-ClickHouse-Exception-Code", Integer.toString(error.code()));
        if (error.httpStatus() == 401) {
            headers.set("WWW-Authenticate", "Basic realm=\"ClickHouse server HTTP API\"");
        }
        plain(error.httpStatus(), error.getMessage() + "\n");
    }

    void plain(int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=UTF-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** A client that is still sending would not read the answer otherwise. */
    private void drain() throws IOException {
        if (!isTrusted) {
            exchange.getResponseHeaders().set("Connection", "close");
            return;
        }
        InputStream in = exchange.getRequestBody();
        long drained = 0;
        int length;
        while ((length = in.read(copy)) >= 0) {
            drained += length;
            if (drained > DRAINED_BYTES_MAX) {
                throw new IOException("the client keeps sending behind a failed statement");
            }
        }
    }

    private String httpEncoding(QueryRequest request) {
        String accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
        if (!request.compressesHttp() || request.compressesResponse() || accepted == null) {
            return null;
        }
        return accepted.contains("lz4") ? "lz4" : accepted.contains("gzip") ? "gzip" : null;
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static String contentType(String format) {
        return switch (format) {
            case "TabSeparated", "TSV" -> "text/tab-separated-values; charset=UTF-8";
            case "CSV", "CSVWithNames" -> "text/csv; charset=UTF-8";
            case "JSON", "JSONCompact" -> "application/json; charset=UTF-8";
            case "JSONEachRow" -> "application/x-ndjson; charset=UTF-8";
            default -> "application/octet-stream";
        };
    }

    private static String summary(EngineResult.Counters counters) {
        return "{\"read_rows\":\"%d\",\"read_bytes\":\"%d\",\"written_rows\":\"%d\",\"written_bytes\":\"%d\","
                        .formatted(
                                counters.rowsRead(),
                                counters.bytesRead(),
                                counters.rowsWritten(),
                                counters.bytesWritten())
                + "\"total_rows_to_read\":\"0\",\"result_rows\":\"%d\",\"result_bytes\":\"0\",\"elapsed_ns\":\"0\"}"
                        .formatted(counters.rowsWritten());
    }
}
