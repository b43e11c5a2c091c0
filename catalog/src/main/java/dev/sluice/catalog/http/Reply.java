package dev.sluice.catalog.http;

import java.util.Optional;

/** Status and JSON body of an answer. */
public record Reply(int status, Optional<Object> body) {
    public static Reply ok(Object body) {
        return new Reply(200, Optional.of(body));
    }

    public static Reply noContent() {
        return new Reply(204, Optional.empty());
    }
}
