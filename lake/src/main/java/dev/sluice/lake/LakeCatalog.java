package dev.sluice.lake;

import dev.sluice.lake.io.SmallFileIO;
import dev.sluice.spec.LakeName;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.RESTCatalog;

/**
 * The lake of a pipeline: its REST catalog and, through it, its object store. Every call is bounded in time. Safe to
 * share between threads.
 */
public final class LakeCatalog implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final int ANSWER_TIMEOUT_MILLIS = 30_000;
    private static final int READ_RETRIES = 3;

    private final RESTCatalog rest;
    private final Namespace bronze;
    private final boolean together;

    /** Wraps a catalog that is already open and closes it in the end. */
    public LakeCatalog(RESTCatalog rest, String bronzeNamespace) {
        this.rest = rest;
        this.bronze = Namespace.of(bronzeNamespace);
        this.together = commitsTogether(rest);
    }

    /**
     * Opens the catalog: asks it for its configuration.
     *
     * @throws dev.sluice.spec.errors.SluiceException E0701 when it does not answer, E0702 when it refuses the token
     */
    public static LakeCatalog open(CatalogSpec spec) {
        return open(spec, clientProperties(spec));
    }

    /** As {@link #open}; our catalog lets what is written through this pass its guard of followed tables, and logs the reason. */
    public static LakeCatalog openForRepair(CatalogSpec spec, String reason) {
        Map<String, String> properties = clientProperties(spec);
        properties.put("header.Sluice-Repair", reason);
        return open(spec, properties);
    }

    private static LakeCatalog open(CatalogSpec spec, Map<String, String> properties) {
        RESTCatalog rest = new RESTCatalog();
        return LakeErrors.calling("opening the catalog at " + spec.uri(), () -> {
            initialize(rest, properties);
            return new LakeCatalog(rest, spec.bronzeNamespace());
        });
    }

    /** Iceberg makes our FileIO by name, and looks for it where the thread looks for classes. */
    private static void initialize(RESTCatalog rest, Map<String, String> properties) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(LakeCatalog.class.getClassLoader());
        try {
            rest.initialize("sluice", properties);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static Map<String, String> clientProperties(CatalogSpec spec) {
        Map<String, String> properties = new HashMap<>();
        properties.put(CatalogProperties.URI, spec.uri());
        properties.put(CatalogProperties.WAREHOUSE_LOCATION, spec.warehouse());
        properties.put(CatalogProperties.FILE_IO_IMPL, SmallFileIO.class.getName());
        if (!spec.token().reveal().isEmpty()) {
            properties.put("rest.auth.type", "oauth2");
            properties.put("token", spec.token().reveal());
            properties.put("token-refresh-enabled", "false");
        }
        properties.put("rest.client.connection-timeout-ms", Integer.toString(CONNECT_TIMEOUT_MILLIS));
        properties.put("rest.client.socket-timeout-ms", Integer.toString(ANSWER_TIMEOUT_MILLIS));
        properties.put("rest.client.max-retries", Integer.toString(READ_RETRIES));
        // Nobody reads these reports, and a foreign catalog may refuse them.
        properties.put("rest-metrics-reporting-enabled", "false");
        properties.put("http-client.apache.connection-timeout-ms", Integer.toString(CONNECT_TIMEOUT_MILLIS));
        properties.put("http-client.apache.socket-timeout-ms", Integer.toString(ANSWER_TIMEOUT_MILLIS));
        spec.s3().ifPresent(s3 -> {
            properties.put("s3.endpoint", s3.endpoint());
            properties.put("s3.path-style-access", "true");
            properties.put("client.region", s3.region());
            properties.put("s3.access-key-id", s3.accessKeyId());
            properties.put("s3.secret-access-key", s3.secretAccessKey().reveal());
        });
        return properties;
    }

    /**
     * Whether the catalog commits several tables in one transaction, as its configuration says. Asked once, when a
     * client is opened; never guessed from an answer to a commit.
     */
    public boolean commitsTogether() {
        return together;
    }

    private static boolean commitsTogether(RESTCatalog rest) {
        try {
            // Iceberg's client looks into the endpoints that the catalog has told it; the empty request is never sent.
            rest.commitTransaction(List.of());
            return true;
        } catch (UnsupportedOperationException e) {
            return false;
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    /** Iceberg's client, for what this class does not offer. */
    public RESTCatalog rest() {
        return rest;
    }

    /** The namespace of the replicated tables. */
    public Namespace bronzeNamespace() {
        return bronze;
    }

    /** The lake table of a source table, under its {@link LakeName}. */
    public TableIdentifier bronze(String table) {
        return TableIdentifier.of(bronze, LakeName.of(table));
    }

    /**
     * Loads the current state of a table from the catalog.
     *
     * @throws dev.sluice.spec.errors.SluiceException E0703 when there is no such table; E0701, E0702, E0601
     */
    public Table load(TableIdentifier table) {
        return LakeErrors.calling("loading table " + table, () -> rest.loadTable(table));
    }

    /** The same, empty when there is no such table. */
    public Optional<Table> find(TableIdentifier table) {
        return LakeErrors.calling("loading table " + table, () -> {
            try {
                return Optional.of(rest.loadTable(table));
            } catch (NoSuchTableException e) {
                return Optional.empty();
            }
        });
    }

    @Override
    public void close() {
        try {
            rest.close();
        } catch (IOException e) {
            throw new UncheckedIOException("closing the catalog client", e);
        }
    }
}
