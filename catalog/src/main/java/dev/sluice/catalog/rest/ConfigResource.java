package dev.sluice.catalog.rest;

import dev.sluice.catalog.auth.Role;
import dev.sluice.catalog.config.CatalogConfig;
import dev.sluice.catalog.config.CatalogConfig.Keys;
import dev.sluice.catalog.config.CatalogConfig.ObjectStoreConfig;
import dev.sluice.catalog.http.Call;
import dev.sluice.catalog.http.Reply;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.responses.ConfigResponse;

/** Tells clients how to reach the object store, and which endpoints there are. */
final class ConfigResource {
    private final CatalogConfig config;
    private final List<Endpoint> endpoints;

    ConfigResource(CatalogConfig config, List<Endpoint> endpoints) {
        this.config = config;
        this.endpoints = List.copyOf(endpoints);
    }

    /** Everything is a default: a client in another network may know the store by another name. */
    Reply config(Call call) {
        call.parameter("warehouse").ifPresent(this::checkWarehouse);
        ObjectStoreConfig store = config.objectStore();
        // A key that writes to the store is as good as the role writer: readers get keys of their own, or none.
        Optional<Keys> keys = call.role() == Role.READER ? store.readerKeys() : Optional.of(store.keys());
        // A copy: the builder asks its maps for null keys.
        return Reply.ok(ConfigResponse.builder()
                .withDefaults(new HashMap<>(store.properties(keys)))
                .withEndpoints(endpoints)
                .build());
    }

    /** Clients name the warehouse by its place, or, as ClickHouse does, by the last part of it. */
    private void checkWarehouse(String asked) {
        String place = config.warehouse();
        String name = place.substring(place.lastIndexOf('/') + 1);
        if (!asked.replaceFirst("/+$", "").equals(place) && !asked.equals(name)) {
            throw new NoSuchWarehouseException("This catalog has one warehouse, %s", place);
        }
    }
}
