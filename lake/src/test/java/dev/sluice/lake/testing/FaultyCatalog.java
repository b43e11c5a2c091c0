package dev.sluice.lake.testing;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.lake.LakeCatalog;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.rest.RESTSerializers;
import org.apache.iceberg.rest.requests.CommitTransactionRequest;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.UpdateNamespacePropertiesRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ConfigResponse;
import org.apache.iceberg.rest.responses.ErrorResponse;

/**
 * A REST catalog over HTTP on a free loopback port, everything in memory, that fails commits on command. Commits of
 * several tables are atomic. Not secured: for tests only.
 */
public final class FaultyCatalog implements AutoCloseable {

    /** What happens to one commit request. */
    public enum Fault {
        /** Applied, but the answer never comes: the client's socket times out. */
        HOLD_ANSWER,
        /** Applied, answered by 503. */
        FAIL_AFTER_APPLYING,
        /** Not applied, answered by 503. */
        FAIL_WITHOUT_APPLYING,
        /** Not applied, answered as if it were. */
        FALSE_SUCCESS,
        /** Not applied, answered by 409. */
        CONFLICT,
        /** Not applied, answered by 503; {@link FaultyCatalog#deliverDelayed} applies it later, if it still can be. */
        DELAY,
        /** Not applied, answered by 403. */
        FORBID,
        /** Not applied, answered by 404, as a proxy may do. */
        NOT_FOUND
    }

    private static final int SOCKET_TIMEOUT_MILLIS = 2_000;
    private static final List<Endpoint> ONE_TABLE_ONLY = List.of(
            Endpoint.V1_LOAD_NAMESPACE,
            Endpoint.V1_CREATE_NAMESPACE,
            Endpoint.V1_UPDATE_NAMESPACE,
            Endpoint.V1_LOAD_TABLE,
            Endpoint.V1_CREATE_TABLE,
            Endpoint.V1_UPDATE_TABLE);

    private final InMemoryCatalog catalog = new InMemoryCatalog();
    private final ObjectMapper json = mapper();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Deque<Optional<Fault>> faults = new ArrayDeque<>();
    private final Deque<byte[]> delayed = new ArrayDeque<>();
    private final HttpServer server;
    private boolean multiTable = true;
    private int fired;
    private int transactions;

    public FaultyCatalog() {
        catalog.initialize("memory", Map.of("warehouse", "memory://lake-" + System.nanoTime()));
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** A client of this catalog with a short socket time-out; its bronze namespace is {@code bronze}. */
    public LakeCatalog connect() {
        return connect("org.apache.iceberg.inmemory.InMemoryFileIO");
    }

    /** The same with files read and written by another implementation. */
    public LakeCatalog connect(String ioImplementation) {
        RESTCatalog rest = new RESTCatalog();
        Map<String, String> properties = new HashMap<>();
        properties.put("uri", "http://127.0.0.1:" + server.getAddress().getPort());
        properties.put("io-impl", ioImplementation);
        properties.put("rest.client.socket-timeout-ms", Integer.toString(SOCKET_TIMEOUT_MILLIS));
        properties.put("rest-metrics-reporting-enabled", "false");
        rest.initialize("test", properties);
        return new LakeCatalog(rest, "bronze");
    }

    /** The next commit requests meet these faults, in this order, null for none; later ones meet none. */
    public synchronized void fail(Fault... next) {
        for (Fault fault : next) {
            faults.add(Optional.ofNullable(fault));
        }
    }

    /** Faults that have not fired yet do not fire any more. */
    public synchronized void clear() {
        faults.clear();
    }

    /** Where all tables are now. */
    public synchronized Map<TableIdentifier, String> backup() {
        Map<TableIdentifier, String> backup = new HashMap<>();
        for (Namespace namespace : catalog.listNamespaces()) {
            for (TableIdentifier table : catalog.listTables(namespace)) {
                backup.put(
                        table,
                        ((BaseTable) catalog.loadTable(table))
                                .operations()
                                .current()
                                .metadataFileLocation());
            }
        }
        return backup;
    }

    /** Puts the tables back, as a database restored from a backup does. */
    public synchronized void restore(Map<TableIdentifier, String> backup) {
        backup.forEach((table, metadata) -> {
            catalog.dropTable(table, false);
            catalog.registerTable(table, metadata);
        });
    }

    /** Drops a table as another client would. */
    public synchronized void drop(TableIdentifier table) {
        catalog.dropTable(table, false);
    }

    /** Clients that connect from now on are told that there is no multi-table commit, and there is none. */
    public synchronized void withoutMultiTableCommit() {
        multiTable = false;
    }

    /** How many commits of several tables were asked for. */
    public synchronized int transactions() {
        return transactions;
    }

    /** How many faults have fired. */
    public synchronized int fired() {
        return fired;
    }

    /** Applies the delayed commits now; returns how many of them could be. */
    public synchronized int deliverDelayed() throws IOException {
        int applied = 0;
        while (!delayed.isEmpty()) {
            try {
                commitAll(json.readValue(delayed.poll(), CommitTransactionRequest.class));
                applied++;
            } catch (CommitFailedException e) {
                // Too late: main has moved.
            }
        }
        return applied;
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        try {
            answer(exchange, 200, route(exchange, body));
        } catch (HeldAnswer e) {
            pause();
            exchange.close();
        } catch (RuntimeException e) {
            int code = codeOf(e);
            ErrorResponse error = ErrorResponse.builder()
                    .responseCode(code)
                    .withType(e.getClass().getSimpleName())
                    .withMessage(String.valueOf(e.getMessage()))
                    .build();
            answer(exchange, code, error);
        }
    }

    private void answer(HttpExchange exchange, int code, Object response) throws IOException {
        byte[] bytes = response == null ? new byte[0] : json.writeValueAsBytes(response);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        boolean empty = bytes.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(empty && code == 200 ? 204 : code, empty ? -1 : bytes.length);
        if (!empty) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        }
        exchange.close();
    }

    private synchronized Object route(HttpExchange exchange, byte[] body) throws IOException {
        String method = exchange.getRequestMethod();
        String[] path = exchange.getRequestURI().getRawPath().substring(1).split("/");
        if (path[1].equals("config")) {
            return multiTable
                    ? ConfigResponse.builder().build()
                    : ConfigResponse.builder().withEndpoints(ONE_TABLE_ONLY).build();
        }
        if (path[1].equals("transactions")) {
            return multiTableCommit(body);
        }
        if (path.length == 2) {
            return CatalogHandlers.createNamespace(catalog, json.readValue(body, CreateNamespaceRequest.class));
        }
        Namespace namespace = Namespace.of(URLDecoder.decode(path[2], StandardCharsets.UTF_8));
        if (path.length == 3) {
            return CatalogHandlers.loadNamespace(catalog, namespace);
        }
        if (path[3].equals("properties")) {
            return CatalogHandlers.updateNamespaceProperties(
                    catalog, namespace, json.readValue(body, UpdateNamespacePropertiesRequest.class));
        }
        if (path.length == 4 && method.equals("GET")) {
            return CatalogHandlers.listTables(catalog, namespace);
        }
        if (path.length == 4) {
            return CatalogHandlers.createTable(catalog, namespace, json.readValue(body, CreateTableRequest.class));
        }
        TableIdentifier table = TableIdentifier.of(namespace, URLDecoder.decode(path[4], StandardCharsets.UTF_8));
        if (method.equals("POST")) {
            return singleTableCommit(table, body);
        }
        return CatalogHandlers.loadTable(catalog, table);
    }

    private Object multiTableCommit(byte[] body) throws IOException {
        if (!multiTable) {
            throw new NoSuchTableException("no such endpoint");
        }
        CommitTransactionRequest request = json.readValue(body, CommitTransactionRequest.class);
        transactions++;
        Fault fault = nextFault();
        if (fault == Fault.DELAY) {
            delayed.add(body);
        }
        if (appliesDespite(fault)) {
            commitAll(request);
        }
        finish(fault);
        return null;
    }

    private Object singleTableCommit(TableIdentifier table, byte[] body) throws IOException {
        UpdateTableRequest request = json.readValue(body, UpdateTableRequest.class);
        Fault fault = nextFault();
        if (appliesDespite(fault)) {
            CatalogHandlers.updateTable(catalog, table, request);
        }
        finish(fault);
        return CatalogHandlers.loadTable(catalog, table);
    }

    private Fault nextFault() {
        Fault fault = Optional.ofNullable(faults.poll()).flatMap(next -> next).orElse(null);
        fired += fault == null ? 0 : 1;
        return fault;
    }

    private static boolean appliesDespite(Fault fault) {
        return fault == null || fault == Fault.HOLD_ANSWER || fault == Fault.FAIL_AFTER_APPLYING;
    }

    private static void finish(Fault fault) {
        if (fault == null || fault == Fault.FALSE_SUCCESS) {
            return;
        }
        switch (fault) {
            case HOLD_ANSWER -> throw new HeldAnswer();
            case NOT_FOUND -> throw new NoSuchTableException("told to find nothing");
            case CONFLICT -> throw new CommitFailedException("told to conflict");
            case FORBID -> throw new SecurityException("told to forbid");
            default -> throw new IllegalStateException("told to fail");
        }
    }

    private void commitAll(CommitTransactionRequest request) {
        for (UpdateTableRequest change : request.tableChanges()) {
            BaseTable table = (BaseTable) catalog.loadTable(change.identifier());
            change.requirements()
                    .forEach(requirement ->
                            requirement.validate(table.operations().current()));
        }
        for (UpdateTableRequest change : request.tableChanges()) {
            CatalogHandlers.updateTable(catalog, change.identifier(), change);
        }
    }

    private static int codeOf(RuntimeException e) {
        if (e instanceof NoSuchTableException || e instanceof NoSuchNamespaceException) {
            return 404;
        }
        if (e instanceof CommitFailedException || e instanceof AlreadyExistsException) {
            return 409;
        }
        return e instanceof SecurityException ? 403 : 503;
    }

    private static void pause() {
        try {
            Thread.sleep(SOCKET_TIMEOUT_MILLIS * 2L);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ObjectMapper mapper() {
        ObjectMapper mapper = new ObjectMapper();
        mapper.setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY);
        mapper.configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
        mapper.setPropertyNamingStrategy(new PropertyNamingStrategies.KebabCaseStrategy());
        RESTSerializers.registerAll(mapper);
        return mapper;
    }

    @Override
    public void close() throws IOException {
        server.stop(0);
        threads.shutdownNow();
        catalog.close();
    }

    private static final class HeldAnswer extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
