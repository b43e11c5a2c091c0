package dev.sluice.catalog.rest;

import dev.sluice.catalog.auth.Right;
import dev.sluice.catalog.http.Call;
import dev.sluice.catalog.http.Reply;
import dev.sluice.catalog.tables.PostgresCatalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.UpdateNamespacePropertiesRequest;

/** Namespaces and their properties. */
final class NamespaceResource {
    private final PostgresCatalog catalog;

    NamespaceResource(PostgresCatalog catalog) {
        this.catalog = catalog;
    }

    void addTo(Routes routes) {
        routes.add(Endpoint.V1_LIST_NAMESPACES, Right.READ, this::list);
        routes.add(
                Endpoint.V1_LOAD_NAMESPACE,
                Right.READ,
                call -> Reply.ok(CatalogHandlers.loadNamespace(catalog, call.namespace())));
        routes.add(Endpoint.V1_NAMESPACE_EXISTS, Right.READ, call -> {
            CatalogHandlers.namespaceExists(catalog, call.namespace());
            return Reply.noContent();
        });
        routes.add(
                Endpoint.V1_CREATE_NAMESPACE,
                Right.CREATE,
                call -> Reply.ok(CatalogHandlers.createNamespace(catalog, call.body(CreateNamespaceRequest.class))));
        routes.add(
                Endpoint.V1_UPDATE_NAMESPACE,
                Right.CREATE,
                call -> Reply.ok(CatalogHandlers.updateNamespaceProperties(
                        catalog, call.namespace(), call.body(UpdateNamespacePropertiesRequest.class))));
        routes.add(Endpoint.V1_DELETE_NAMESPACE, Right.DROP, call -> {
            CatalogHandlers.dropNamespace(catalog, call.namespace());
            return Reply.noContent();
        });
    }

    private Reply list(Call call) {
        Namespace parent = call.namespaceParameter("parent");
        return Reply.ok(Page.of(call)
                .map(page -> CatalogHandlers.listNamespaces(catalog, parent, page.token(), page.size()))
                .orElseGet(() -> CatalogHandlers.listNamespaces(catalog, parent)));
    }
}
