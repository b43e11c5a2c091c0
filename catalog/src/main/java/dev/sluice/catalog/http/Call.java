package dev.sluice.catalog.http;

import dev.sluice.catalog.auth.Role;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;

/** A request, once it is known what it asks for and who asks. */
public final class Call {
    /** Iceberg's clients put the unit separator between the levels of a namespace, others the record separator. */
    private static final String LEVELS = "[\u001F\u001E]";

    /** A request that carries it, with a reason, may write to tables that a pipeline follows. */
    public static final String REPAIR_HEADER = "Sluice-Repair";

    private final Role role;
    private final Map<String, String> variables;
    private final String rawQuery;
    private final byte[] body;
    private final Optional<String> authorization;
    private final Optional<String> repair;
    private boolean isFailedLogin;

    /**
     * @param variables the raw segments of the path, by their names in the endpoint's template
     * @param rawQuery null when there is none
     */
    Call(
            Role role,
            Map<String, String> variables,
            String rawQuery,
            byte[] body,
            Optional<String> authorization,
            Optional<String> repair) {
        this.role = role;
        this.variables = Map.copyOf(variables);
        this.rawQuery = rawQuery;
        this.body = body;
        this.authorization = authorization;
        this.repair = repair;
    }

    public Role role() {
        return role;
    }

    /** The header of that name, for the one endpoint that is asked without a token. */
    public Optional<String> authorization() {
        return authorization;
    }

    /** Why the caller means to write what nobody but Sluice writes; empty when it does not. */
    public Optional<String> repair() {
        return repair;
    }

    /** Called by an endpoint that found the caller's credentials wrong. */
    public void countFailedLogin() {
        isFailedLogin = true;
    }

    boolean isFailedLogin() {
        return isFailedLogin;
    }

    public Namespace namespace() {
        return namespaceOf(decode(variables.get("namespace")));
    }

    public TableIdentifier table() {
        return TableIdentifier.of(namespace(), decode(variables.get("table")));
    }

    public TableIdentifier view() {
        return TableIdentifier.of(namespace(), decode(variables.get("view")));
    }

    /** A parameter of the query; empty when it is missing or has no value. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(pairs(rawQuery).get(name)).filter(value -> !value.isEmpty());
    }

    /** A parameter that holds a namespace; the empty namespace when it is missing. */
    public Namespace namespaceParameter(String name) {
        return parameter(name).map(Call::namespaceOf).orElse(Namespace.empty());
    }

    /** The JSON body; {@link BadRequestException} when it is none. */
    public <T> T body(Class<T> type) {
        return Json.read(body, type);
    }

    /** The body of a form. */
    public Map<String, String> form() {
        return pairs(new String(body, StandardCharsets.UTF_8));
    }

    private static Namespace namespaceOf(String text) {
        return Namespace.of(text.split(LEVELS, -1));
    }

    private static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new HashMap<>();
        Stream.of((text == null ? "" : text).split("&"))
                .map(pair -> List.of(pair.split("=", 2)))
                .forEach(pair -> {
                    pairs.put(decode(pair.get(0)), pair.size() == 1 ? "" : decode(pair.get(1)));
                });
        return pairs;
    }

    private static String decode(String raw) {
        try {
            return URLDecoder.decode(raw, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException("The address is not percent-encoded correctly");
        }
    }
}
