package dev.sluice.spec;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One pipeline: the whole of a {@code sluice.yaml}, validated and with its references resolved.
 *
 * @param pipeline stable id, {@code [a-z][a-z0-9_]*}, at most 40 characters; names the slot and the publication
 * @param commitIntervalMillis time between two lake commits while streaming
 */
public record PipelineSpec(
        String pipeline,
        CatalogSpec catalog,
        SourceSpec source,
        long commitIntervalMillis,
        int parallelism,
        HotSpec hot,
        ModelsSpec models,
        UpkeepSpec upkeep)
        implements Serializable {

    /**
     * The source of a pipeline that can only be one of PostgreSQL.
     *
     * @throws IllegalStateException when it is another
     */
    public PostgresSourceSpec postgres() {
        if (source instanceof PostgresSourceSpec postgres) {
            return postgres;
        }
        throw new IllegalStateException("the source of " + pipeline + " is no PostgreSQL");
    }

    /** The same pipeline under another policy of upkeep. */
    public PipelineSpec withUpkeep(UpkeepSpec policy) {
        return new PipelineSpec(pipeline, catalog, source, commitIntervalMillis, parallelism, hot, models, policy);
    }

    /**
     * The Iceberg REST catalog and the object store behind it.
     *
     * @param uri base URI without {@code /v1}
     * @param token bearer token with the role writer
     * @param warehouse {@code s3://bucket/prefix}
     * @param bronzeNamespace flat namespace of the replicated tables
     * @param s3 object store settings; empty means: take what {@code /v1/config} hands out
     * @param upkeepToken bearer token with the role upkeep; empty where {@code token} may expire snapshots itself
     */
    public record CatalogSpec(
            String uri,
            Secret token,
            String warehouse,
            String bronzeNamespace,
            Optional<S3Spec> s3,
            Optional<Secret> upkeepToken)
            implements Serializable {

        /** A catalog in which one token does everything. */
        public CatalogSpec(String uri, Secret token, String warehouse, String bronzeNamespace, Optional<S3Spec> s3) {
            this(uri, token, warehouse, bronzeNamespace, s3, Optional.empty());
        }

        /** The catalog as upkeep is to see it: with its own token and no other. */
        public CatalogSpec forUpkeep() {
            return new CatalogSpec(uri, upkeepToken.orElse(token), warehouse, bronzeNamespace, s3);
        }

        /** An {@link Optional} is not serializable; what is inside travels instead. */
        private Object writeReplace() {
            return new Wire(uri, token, warehouse, bronzeNamespace, s3.orElse(null), upkeepToken.orElse(null));
        }

        private record Wire(
                String uri,
                Secret token,
                String warehouse,
                String bronzeNamespace,
                @Nullable S3Spec s3,
                @Nullable Secret upkeepToken)
                implements Serializable {
            private Object readResolve() {
                return new CatalogSpec(
                        uri,
                        token,
                        warehouse,
                        bronzeNamespace,
                        Optional.ofNullable(s3),
                        Optional.ofNullable(upkeepToken));
            }
        }
    }

    /** S3 settings of the client, where the catalog does not hand them out. */
    public record S3Spec(String endpoint, String region, String accessKeyId, Secret secretAccessKey)
            implements Serializable {}

    /**
     * The PostgreSQL source: how to reach it and which tables to take.
     *
     * @param excludeAtSource whether the publication leaves excluded columns out by column lists, so that they never
     *     leave the server; PostgreSQL then refuses some migrations of such tables. Otherwise the reader drops them.
     * @param wal how much WAL the server may keep for the pipeline
     */
    public record PostgresSourceSpec(
            String host,
            int port,
            String database,
            String user,
            Secret password,
            String sslMode,
            List<TableSpec> tables,
            boolean excludeAtSource,
            WalSpec wal)
            implements SourceSpec {

        /** What is kept of WAL is not bounded. */
        public PostgresSourceSpec(
                String host,
                int port,
                String database,
                String user,
                Secret password,
                String sslMode,
                List<TableSpec> tables,
                boolean excludeAtSource) {
            this(host, port, database, user, password, sslMode, tables, excludeAtSource, WalSpec.DEFAULT);
        }

        /** Excluded columns are dropped by the reader. */
        public PostgresSourceSpec(
                String host,
                int port,
                String database,
                String user,
                Secret password,
                String sslMode,
                List<TableSpec> tables) {
            this(host, port, database, user, password, sslMode, tables, false);
        }
    }

    /**
     * WAL that a slot keeps at the source. Only the server can bound it at all times, also while nothing of Sluice runs.
     *
     * @param warnBytes {@code status} tells when it is more
     * @param maxBytes the server has to be set to keep no more for a slot; empty when it may keep any amount
     */
    public record WalSpec(long warnBytes, Optional<Long> maxBytes) implements Serializable {
        /** The server keeps as much as it likes, and is told of beyond 8 GB. */
        public static final WalSpec DEFAULT = new WalSpec(8L << 30, Optional.empty());

        private Object writeReplace() {
            return new Wire(warnBytes, maxBytes.orElse(null));
        }

        private record Wire(long warnBytes, @Nullable Long maxBytes) implements Serializable {
            private Object readResolve() {
                return new WalSpec(warnBytes, Optional.ofNullable(maxBytes));
            }
        }
    }

    /**
     * One source table.
     *
     * @param schema source schema
     * @param name source table
     * @param excludedColumns columns that never reach the lake
     * @param poison what becomes of rows with values that the lake cannot hold
     * @param columns columns with a policy of their own
     */
    public record TableSpec(
            String schema, String name, List<String> excludedColumns, PoisonPolicy poison, List<ColumnSpec> columns)
            implements Serializable {
        /** A table with the policies that hold where none is named. */
        public TableSpec(String schema, String name, List<String> excludedColumns) {
            this(schema, name, excludedColumns, PoisonPolicy.STOP, List.of());
        }

        /** Its name in the lake. */
        public String lakeName() {
            return LakeName.of(name);
        }

        /** {@code schema.name}, unquoted, as shown to users. */
        public String qualifiedName() {
            return schema + "." + name;
        }
    }

    /** What differs for one column of a table. */
    public record ColumnSpec(String name, PoisonPolicy poison) implements Serializable {}

    /**
     * The hot store; {@code tables} empty means that the pipeline has none.
     *
     * @param url {@code http://host:port} of ClickHouse's HTTP interface
     * @param tables names of source tables ({@link TableSpec#name()}) that are written hot
     * @param viewsDirectory folder with one {@code <view>.sql} per hot view, absolute; empty when there are none
     */
    public record HotSpec(
            String url,
            String user,
            Secret password,
            String database,
            List<String> tables,
            Optional<String> viewsDirectory,
            Duration retention,
            long flushIntervalMillis)
            implements Serializable {
        private Object writeReplace() {
            return new Wire(
                    url, user, password, database, tables, viewsDirectory.orElse(null), retention, flushIntervalMillis);
        }

        private record Wire(
                String url,
                String user,
                Secret password,
                String database,
                List<String> tables,
                @Nullable String viewsDirectory,
                Duration retention,
                long flushIntervalMillis)
                implements Serializable {
            private Object readResolve() {
                return new HotSpec(
                        url,
                        user,
                        password,
                        database,
                        tables,
                        Optional.ofNullable(viewsDirectory),
                        retention,
                        flushIntervalMillis);
            }
        }
    }

    /**
     * SQL models, run by Trino.
     *
     * @param directory folder with {@code silver/*.sql} and {@code gold/*.sql}, absolute; empty when there are none
     * @param trinoUrl {@code http://host:port}, or {@code https://host:port} where a password is needed
     * @param trinoCatalog Trino's name of the Iceberg catalog
     * @param trinoPassword of the user; empty where Trino asks for none
     * @param trinoCertificate file with Trino's own certificate or its issuer's, PEM, absolute; empty: what Java trusts
     */
    public record ModelsSpec(
            Optional<String> directory,
            String trinoUrl,
            String trinoUser,
            String trinoCatalog,
            Optional<Secret> trinoPassword,
            Optional<String> trinoCertificate)
            implements Serializable {

        /** Models on a Trino that asks for no password. */
        public ModelsSpec(Optional<String> directory, String trinoUrl, String trinoUser, String trinoCatalog) {
            this(directory, trinoUrl, trinoUser, trinoCatalog, Optional.empty(), Optional.empty());
        }

        /** No password: nothing that runs on the Flink cluster, which is what serialises a spec, talks to Trino. */
        private Object writeReplace() {
            return new Wire(directory.orElse(null), trinoUrl, trinoUser, trinoCatalog, trinoCertificate.orElse(null));
        }

        private record Wire(
                @Nullable String directory,
                String trinoUrl,
                String trinoUser,
                String trinoCatalog,
                @Nullable String trinoCertificate)
                implements Serializable {
            private Object readResolve() {
                return new ModelsSpec(
                        Optional.ofNullable(directory),
                        trinoUrl,
                        trinoUser,
                        trinoCatalog,
                        Optional.empty(),
                        Optional.ofNullable(trinoCertificate));
            }
        }
    }

    /** Policies of upkeep. Sizes are bytes. */
    public record UpkeepSpec(
            long targetFileSizeBytes,
            int minInputFiles,
            int deleteFileThreshold,
            Duration snapshotRetention,
            int retainLast)
            implements Serializable {}
}
