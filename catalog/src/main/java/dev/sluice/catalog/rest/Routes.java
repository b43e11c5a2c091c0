package dev.sluice.catalog.rest;

import dev.sluice.catalog.auth.Right;
import dev.sluice.catalog.auth.Tokens;
import dev.sluice.catalog.config.CatalogConfig;
import dev.sluice.catalog.http.Call;
import dev.sluice.catalog.http.Reply;
import dev.sluice.catalog.http.Route;
import dev.sluice.catalog.tables.PostgresCatalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.iceberg.rest.Endpoint;

/** All endpoints. Those of the specification are what {@code GET /v1/config} tells clients that they may use. */
public final class Routes {
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<Route> routes = new ArrayList<>();

    private Routes() {}

    public static List<Route> of(PostgresCatalog catalog, CatalogConfig config, Tokens tokens) {
        Routes all = new Routes();
        new NamespaceResource(catalog).addTo(all);
        new TableResource(catalog).addTo(all);
        new ViewResource(catalog).addTo(all);
        all.routes.add(new Route(
                "GET", "/v1/config", Optional.of(Right.READ), new ConfigResource(config, all.endpoints)::config));
        all.routes.add(new Route("POST", "/v1/oauth/tokens", Optional.empty(), new TokenResource(tokens)::token));
        HealthResource health = new HealthResource(catalog);
        all.routes.add(new Route("GET", "/health", Optional.empty(), health::health));
        all.routes.add(new Route("HEAD", "/health", Optional.empty(), health::health));
        return List.copyOf(all.routes);
    }

    void add(Endpoint endpoint, Right needed, Function<Call, Reply> action) {
        endpoints.add(endpoint);
        String template = endpoint.path().replace("/{prefix}", "");
        routes.add(new Route(endpoint.httpMethod(), template, Optional.of(needed), action));
    }
}
