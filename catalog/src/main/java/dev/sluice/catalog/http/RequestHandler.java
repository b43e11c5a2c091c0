package dev.sluice.catalog.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.sluice.catalog.auth.FailedLogins;
import dev.sluice.catalog.auth.Right;
import dev.sluice.catalog.auth.Role;
import dev.sluice.catalog.auth.Tokens;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a request to its endpoint and back. Writes one line to the log for each request that fails, none for others. */
final class RequestHandler implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

    private final List<Route> routes;
    private final Tokens tokens;
    private final boolean isLocalOnly;
    private final int requestBytesMax;
    private final FailedLogins failedLogins = new FailedLogins();

    /** @param isLocalOnly whether requests that ask for another machine, or come from a web page, are refused */
    RequestHandler(List<Route> routes, Tokens tokens, boolean isLocalOnly, int requestBytesMax) {
        this.routes = List.copyOf(routes);
        this.tokens = tokens;
        this.isLocalOnly = isLocalOnly;
        this.requestBytesMax = requestBytesMax;
    }

    private record Found(Route route, Map<String, String> variables) {}

    @Override
    public void handle(HttpExchange exchange) {
        try (exchange) {
            Reply reply = replyTo(exchange);
            send(exchange, reply);
        } catch (IOException e) {
            // The client is gone. What its request did stands; it will have to look.
            LOG.info("{} {}: connection lost: {}", exchange.getRequestMethod(), path(exchange), e.toString());
        }
    }

    private Reply replyTo(HttpExchange exchange) throws IOException {
        try {
            return answer(exchange);
        } catch (RuntimeException | StackOverflowError e) {
            Failure failure = Failure.of(e);
            log(exchange, failure, e);
            return new Reply(failure.status(), Optional.of(failure.body()));
        }
    }

    private Reply answer(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        if (isLocalOnly && !Origins.isLocal(exchange.getRequestHeaders())) {
            throw new ForbiddenException(
                    "This catalog serves this machine only: ask for it as 127.0.0.1 or localhost, not from a web page");
        }
        // Callers without a token learn nothing, not even which addresses exist.
        Optional<Role> role = tokens.roleOf(exchange.getRequestHeaders().getFirst("Authorization"));
        List<Found> found = routes.stream()
                .flatMap(route -> route.match(path(exchange)).map(variables -> new Found(route, variables)).stream())
                .toList();
        Optional<Found> exact = found.stream()
                .filter(candidate -> candidate.route().method().equals(method))
                .findFirst();
        boolean isOpen = exact.isPresent() && exact.get().route().needed().isEmpty();
        if (role.isEmpty() && !isOpen) {
            refuseTooMany(exchange);
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            throw new NotAuthorizedException("The request carries no token that this catalog knows");
        }
        if (exact.isEmpty()) {
            int status = found.isEmpty() ? 404 : 405;
            Failure failure = new Failure(status, "NoSuchEndpointException", "There is no such endpoint: " + method);
            log(exchange, failure, null);
            return new Reply(status, Optional.of(failure.body()));
        }
        Route route = exact.get().route();
        Role caller = role.orElse(Role.READER);
        if (route.needed().isPresent() && !caller.may(route.needed().get())) {
            Right needed = route.needed().get();
            throw new ForbiddenException("The token is one of role %s, which %s", caller.label(), needed.withoutIt());
        }
        byte[] body = Bodies.read(exchange.getRequestBody(), requestBytesMax);
        Call call = new Call(
                caller,
                exact.get().variables(),
                exchange.getRequestURI().getRawQuery(),
                body,
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")),
                Optional.ofNullable(exchange.getRequestHeaders().getFirst(Call.REPAIR_HEADER))
                        .filter(reason -> !reason.isBlank()));
        Reply reply = route.action().apply(call);
        if (call.isFailedLogin()) {
            refuseTooMany(exchange);
        }
        return reply;
    }

    /** Counts a failed login; throws when there were too many. */
    private void refuseTooMany(HttpExchange exchange) {
        String address = exchange.getRemoteAddress().getAddress().getHostAddress();
        FailedLogins.Verdict verdict = failedLogins.failed(address);
        if (verdict == FailedLogins.Verdict.LIMIT_REACHED) {
            LOG.warn("too many requests from {} without a known token; those of this minute are not logged", address);
        }
        if (verdict != FailedLogins.Verdict.REFUSE) {
            throw new TooManyFailures();
        }
    }

    /** Not worth a line in the log each. */
    static final class TooManyFailures extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyFailures() {
            super("Too many requests from this address without a known token; wait a minute", null, false, false);
        }
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        if (reply.body().isEmpty() || isHead) {
            exchange.sendResponseHeaders(reply.status(), -1);
            return;
        }
        byte[] bytes = Json.write(reply.body().get());
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(reply.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void log(HttpExchange exchange, Failure failure, Throwable e) {
        String method = exchange.getRequestMethod();
        if ((method.equals("HEAD") && failure.status() == 404) || e instanceof TooManyFailures) {
            // A question with the answer no; and what was said once.
            return;
        }
        String line = failure.status() + " " + method + " " + path(exchange) + " " + failure.type() + ": "
                + failure.message();
        if (failure.isOurs()) {
            LOG.error(line, e);
        } else {
            LOG.warn(line);
        }
    }

    /** Without the query, which may hold anything; percent-encoded, so that it is one line. */
    private static String path(HttpExchange exchange) {
        return exchange.getRequestURI().getRawPath();
    }
}
