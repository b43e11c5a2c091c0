package dev.sluice.clickhouse.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4FrameInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ClickHouse's HTTP interface: one statement per request, each on a connection of its own, so that nothing of one
 * request reaches the next. Thread-safe.
 */
final class QueryHandler implements HttpHandler {
    private static final Logger log = LoggerFactory.getLogger(QueryHandler.class);
    /** The part of a request in which an insert's data must begin. */
    private static final int HEAD_BYTES = 1 << 20;
    /** The most that any other statement may take: a batch of the JDBC driver is one statement. */
    private static final int STATEMENT_BYTES_MAX = 64 << 20;

    private final Engine engine;
    private final Credentials credentials;
    private final ReaderLimits readers;

    QueryHandler(Engine engine, Credentials credentials, ReaderLimits readers) {
        this.engine = engine;
        this.credentials = credentials;
        this.readers = readers;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        QueryReply reply = new QueryReply(exchange);
        try {
            route(exchange, reply);
        } catch (EngineException e) {
            if (reply.isStarted()) {
                // Closing the exchange would write the last chunk, and the client would take half a result for whole.
                throw new IOException("the query failed after its first bytes had been sent: " + e.getMessage(), e);
            }
            reply.fail(e);
        } catch (RuntimeException e) {
            log.error("request failed", e);
            if (reply.isStarted()) {
                throw e;
            }
            reply.fail(new EngineException(49, "LOGICAL_ERROR", "The server failed; its log says why"));
        }
    }

    private void route(HttpExchange exchange, QueryReply reply) throws EngineException, IOException {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        boolean isGet = method.equals("GET");
        boolean isBare = path.equals("/") && exchange.getRequestURI().getRawQuery() == null;
        if (path.equals("/ping") || path.equals("/replicas_status") || isGet && isBare) {
            reply.plain(200, "Ok.\n");
            return;
        }
        if (!path.equals("/")) {
            reply.plain(404, "There is no handle " + path + ". Use / or /ping.\n");
            return;
        }
        if (!isGet && !method.equals("POST")) {
            reply.plain(405, "Use GET or POST.\n");
            return;
        }
        Credentials.Role role = credentials.authenticate(exchange.getRequestHeaders());
        reply.trustClient();
        QueryRequest request = QueryRequest.of(exchange.getRequestURI(), exchange.getRequestHeaders());
        if (role == Credentials.Role.READER) {
            QueryRequest bounded = request.with(readers.settings(request.settings()));
            try (ReaderLimits.Place place = readers.enter();
                    EngineConnection connection = engine.open()) {
                connection.run("SET ROLE reader");
                connection.run(request.useStatement());
                connection.run(bounded.setStatement());
                // Last: it keeps the statement from changing any setting.
                connection.run("SET readonly=1");
                run(connection, bounded, role, body(exchange, bounded), reply);
            }
            return;
        }
        try (EngineConnection connection = engine.open()) {
            connection.run(request.useStatement());
            connection.run(request.setStatement());
            if (isGet) {
                // It keeps a GET from writing by mistake; it is no boundary.
                connection.run("SET readonly=2");
            }
            run(connection, request, role, body(exchange, request), reply);
        }
    }

    private static void run(
            EngineConnection connection,
            QueryRequest request,
            Credentials.Role role,
            InputStream body,
            QueryReply reply)
            throws EngineException, IOException {
        byte[] head = body.readNBytes(HEAD_BYTES);
        boolean isWhole = head.length < HEAD_BYTES;
        if (!isWhole && !startsWithInsertData(head)) {
            head = readRest(head, body);
            isWhole = true;
        }
        SqlStatement statement = SqlStatement.parse(head, head.length, isWhole);
        if (role == Credentials.Role.READER && !statement.isReading()) {
            throw new EngineException(497, "ACCESS_DENIED", "This user may only read");
        }
        if (role == Credentials.Role.READER && statement.hasDollar()) {
            throw new EngineException(497, "ACCESS_DENIED", "A reader's texts stand between quotes, not dollar signs");
        }
        if (request.sessionId() != null && statement.needsSession()) {
            throw new EngineException(
                    48,
                    "NOT_IMPLEMENTED",
                    "This server keeps no sessions; give settings and database with each request");
        }
        if (statement.kind() == SqlStatement.Kind.INSERT_DATA) {
            insert(connection, request, statement, head, body, reply);
            return;
        }
        String format = statement.format() == null ? request.format() : statement.format();
        EngineStatement call = new EngineStatement(statement.sql(), format, request.parameters());
        RepeatedHeader header = RepeatedHeader.of(format);
        boolean isStreamed = statement.kind() == SqlStatement.Kind.SELECT && header != null && !request.waitsForEnd();
        if (isStreamed && stream(connection, request, call, header, reply)) {
            return;
        }
        try (EngineResult result = connection.execute(call)) {
            reply.start(request, format, result.counters());
            reply.write(result.bytes());
            reply.finish();
        }
    }

    /** Returns false when the result is empty but must have a header, which only the kept way gives. */
    private static boolean stream(
            EngineConnection connection,
            QueryRequest request,
            EngineStatement call,
            RepeatedHeader header,
            QueryReply reply)
            throws EngineException, IOException {
        connection.stream(call, chunk -> {
            if (!reply.isStarted()) {
                reply.start(request, call.format(), EngineResult.Counters.NONE);
            }
            reply.write(header.strip(chunk));
        });
        if (!reply.isStarted()) {
            if (header.exists()) {
                return false;
            }
            reply.start(request, call.format(), EngineResult.Counters.NONE);
        }
        reply.finish();
        return true;
    }

    private static void insert(
            EngineConnection connection,
            QueryRequest request,
            SqlStatement statement,
            byte[] head,
            InputStream body,
            QueryReply reply)
            throws EngineException, IOException {
        InputStream first = new ByteArrayInputStream(head, statement.dataStart(), head.length - statement.dataStart());
        EngineStatement call = new EngineStatement(statement.sql(), statement.format(), request.parameters());
        EngineResult.Counters counters = connection.insert(call, new SequenceInputStream(first, body));
        reply.start(request, statement.format(), counters);
        reply.finish();
    }

    private static boolean startsWithInsertData(byte[] head) {
        try {
            return SqlStatement.parse(head, head.length, false).kind() == SqlStatement.Kind.INSERT_DATA;
        } catch (EngineException e) {
            return false;
        }
    }

    private static byte[] readRest(byte[] head, InputStream body) throws EngineException, IOException {
        byte[] rest = body.readNBytes(STATEMENT_BYTES_MAX - head.length);
        if (body.read() >= 0) {
            throw new EngineException(
                    62, "SYNTAX_ERROR", "The statement is longer than " + STATEMENT_BYTES_MAX + " bytes");
        }
        byte[] whole = java.util.Arrays.copyOf(head, head.length + rest.length);
        System.arraycopy(rest, 0, whole, head.length, rest.length);
        return whole;
    }

    /** The statement from the URL, then the body, plain. */
    private static InputStream body(HttpExchange exchange, QueryRequest request) throws EngineException, IOException {
        InputStream body = new Unclosed(exchange.getRequestBody());
        String encoding = exchange.getRequestHeaders().getFirst("Content-Encoding");
        if (encoding != null) {
            body = switch (encoding.toLowerCase(Locale.ROOT)) {
                case "identity" -> body;
                case "gzip" -> new GZIPInputStream(body);
                case "lz4" -> new LZ4FrameInputStream(body);
                default -> throw new EngineException(48, "NOT_IMPLEMENTED", "Content-Encoding is gzip or lz4");
            };
        }
        if (request.decompressesRequest()) {
            body = new NativeFrames.Input(body);
        }
        if (request.query().isEmpty()) {
            return body;
        }
        // A newline between the two, or "FORMAT TSV" and "1" would read as a format TSV1.
        byte[] query = (request.query() + "\n").getBytes(StandardCharsets.UTF_8);
        return new SequenceInputStream(new ByteArrayInputStream(query), body);
    }

    /** Keeps a reader that closes what it has read to its end from closing the request, which is drained later. */
    private static final class Unclosed extends FilterInputStream {
        Unclosed(InputStream in) {
            super(in);
        }

        @Override
        public void close() {}
    }
}
