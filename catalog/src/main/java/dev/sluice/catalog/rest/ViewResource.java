package dev.sluice.catalog.rest;

import dev.sluice.catalog.auth.Right;
import dev.sluice.catalog.http.Call;
import dev.sluice.catalog.http.Reply;
import dev.sluice.catalog.tables.PostgresCatalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.rest.requests.RegisterViewRequest;
import org.apache.iceberg.rest.requests.RenameTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;

/** Views. */
final class ViewResource {
    private final PostgresCatalog catalog;

    ViewResource(PostgresCatalog catalog) {
        this.catalog = catalog;
    }

    void addTo(Routes routes) {
        routes.add(Endpoint.V1_LIST_VIEWS, Right.READ, this::list);
        routes.add(Endpoint.V1_LOAD_VIEW, Right.READ, call -> Reply.ok(CatalogHandlers.loadView(catalog, call.view())));
        routes.add(Endpoint.V1_VIEW_EXISTS, Right.READ, call -> {
            CatalogHandlers.viewExists(catalog, call.view());
            return Reply.noContent();
        });
        routes.add(Endpoint.V1_CREATE_VIEW, Right.CREATE, call -> {
            CatalogHandlers.namespaceExists(catalog, call.namespace());
            return Reply.ok(CatalogHandlers.createView(catalog, call.namespace(), call.body(CreateViewRequest.class)));
        });
        routes.add(
                Endpoint.V1_UPDATE_VIEW,
                Right.CREATE,
                call -> Reply.ok(
                        CatalogHandlers.updateView(catalog, call.view(), call.body(UpdateTableRequest.class))));
        routes.add(Endpoint.V1_DELETE_VIEW, Right.DROP, call -> {
            CatalogHandlers.dropView(catalog, call.view());
            return Reply.noContent();
        });
        routes.add(Endpoint.V1_RENAME_VIEW, Right.CREATE, call -> {
            CatalogHandlers.renameView(catalog, call.body(RenameTableRequest.class));
            return Reply.noContent();
        });
        routes.add(
                Endpoint.V1_REGISTER_VIEW,
                Right.CREATE,
                call -> Reply.ok(
                        CatalogHandlers.registerView(catalog, call.namespace(), call.body(RegisterViewRequest.class))));
    }

    private Reply list(Call call) {
        Namespace namespace = call.namespace();
        return Reply.ok(Page.of(call)
                .map(page -> CatalogHandlers.listViews(catalog, namespace, page.token(), page.size()))
                .orElseGet(() -> CatalogHandlers.listViews(catalog, namespace)));
    }
}
