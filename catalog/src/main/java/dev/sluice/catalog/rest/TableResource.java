package dev.sluice.catalog.rest;

import dev.sluice.catalog.auth.Right;
import dev.sluice.catalog.http.Call;
import dev.sluice.catalog.http.Reply;
import dev.sluice.catalog.tables.NamedSnapshots;
import dev.sluice.catalog.tables.PostgresCatalog;
import dev.sluice.catalog.tables.TransactionCommit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.RESTCatalogProperties.SnapshotMode;
import org.apache.iceberg.rest.requests.CommitTransactionRequest;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;
import org.apache.iceberg.rest.requests.RenameTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;

/** Tables, and commits to one or several of them. */
final class TableResource {
    private final PostgresCatalog catalog;
    private final TransactionCommit transactions;

    TableResource(PostgresCatalog catalog) {
        this.catalog = catalog;
        this.transactions = new TransactionCommit(catalog);
    }

    void addTo(Routes routes) {
        routes.add(Endpoint.V1_LIST_TABLES, Right.READ, this::list);
        routes.add(
                Endpoint.V1_LOAD_TABLE,
                Right.READ,
                call -> Reply.ok(CatalogHandlers.loadTable(catalog, call.table(), snapshotMode(call))));
        routes.add(Endpoint.V1_TABLE_EXISTS, Right.READ, call -> {
            CatalogHandlers.tableExists(catalog, call.table());
            return Reply.noContent();
        });
        routes.add(Endpoint.V1_CREATE_TABLE, Right.CREATE, this::create);
        routes.add(Endpoint.V1_UPDATE_TABLE, Right.COMMIT, this::commit);
        routes.add(Endpoint.V1_COMMIT_TRANSACTION, Right.COMMIT, call -> {
            CommitTransactionRequest request = call.body(CommitTransactionRequest.class);
            Map<TableIdentifier, UpdateTableRequest> changes = new LinkedHashMap<>();
            request.tableChanges().forEach(change -> changes.put(change.identifier(), change));
            check(call, changes);
            transactions.commit(request.tableChanges());
            return Reply.noContent();
        });
        routes.add(Endpoint.V1_DELETE_TABLE, Right.DROP, this::drop);
        routes.add(Endpoint.V1_RENAME_TABLE, Right.CREATE, call -> {
            CatalogHandlers.renameTable(catalog, call.body(RenameTableRequest.class));
            return Reply.noContent();
        });
        routes.add(
                Endpoint.V1_REGISTER_TABLE,
                Right.CREATE,
                call -> Reply.ok(CatalogHandlers.registerTable(
                        catalog, call.namespace(), call.body(RegisterTableRequest.class))));
        // Metrics of scans and commits are taken, so that clients need not be told not to send them, and dropped.
        routes.add(Endpoint.V1_REPORT_METRICS, Right.READ, call -> Reply.noContent());
    }

    private Reply list(Call call) {
        Namespace namespace = call.namespace();
        return Reply.ok(Page.of(call)
                .map(page -> CatalogHandlers.listTables(catalog, namespace, page.token(), page.size()))
                .orElseGet(() -> CatalogHandlers.listTables(catalog, namespace)));
    }

    private Reply create(Call call) {
        CreateTableRequest request = call.body(CreateTableRequest.class);
        CatalogHandlers.namespaceExists(catalog, call.namespace());
        return Reply.ok(
                request.stageCreate()
                        ? CatalogHandlers.stageTableCreate(catalog, call.namespace(), request)
                        : CatalogHandlers.createTable(catalog, call.namespace(), request));
    }

    private Reply commit(Call call) {
        UpdateTableRequest request = call.body(UpdateTableRequest.class);
        if (request.identifier() != null && !request.identifier().equals(call.table())) {
            throw new BadRequestException("The body names another table than the address");
        }
        check(call, Map.of(call.table(), request));
        return Reply.ok(CatalogHandlers.updateTable(catalog, call.table(), NamedSnapshots.required(request)));
    }

    private void check(Call call, Map<TableIdentifier, UpdateTableRequest> changes) {
        CommitRights.check(call.role(), changes);
        changes.forEach((table, change) -> FollowedTables.check(catalog, call.repair(), table, change));
    }

    private Reply drop(Call call) {
        if (call.parameter("purgeRequested").map(Boolean::parseBoolean).orElse(false)) {
            if (!call.role().may(Right.PURGE)) {
                FollowedTables.refuseDeletion(catalog, call.table());
                throw CommitRights.forbidden(call.role(), Right.PURGE);
            }
            CatalogHandlers.purgeTable(catalog, call.table());
        } else {
            CatalogHandlers.dropTable(catalog, call.table());
        }
        return Reply.noContent();
    }

    private static SnapshotMode snapshotMode(Call call) {
        String mode = call.parameter("snapshots").orElse("all").toUpperCase(Locale.ROOT);
        if (!mode.equals("ALL") && !mode.equals("REFS")) {
            throw new BadRequestException("snapshots must be all or refs");
        }
        return SnapshotMode.valueOf(mode);
    }
}
