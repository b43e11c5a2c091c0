package dev.sluice.catalog.config;

import dev.sluice.spec.Secret;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the catalog server runs with. Immutable; secrets print as {@code ***}.
 *
 * @param bind address to listen on
 * @param port 0 takes any free one
 * @param warehouse where tables lie that name no place of their own, {@code s3://bucket/prefix}
 * @param tokens bearer tokens; empty lists mean that requests carry none
 * @param requestThreads requests worked on at once; as many connections to the database
 * @param requestBytesMax longest request body
 * @param databaseWaitMillis how long the start waits for the database
 */
public record CatalogConfig(
        String bind,
        int port,
        String warehouse,
        TokenConfig tokens,
        DatabaseConfig database,
        ObjectStoreConfig objectStore,
        int requestThreads,
        int requestBytesMax,
        long databaseWaitMillis) {

    /**
     * Every token is a principal of its role. All lists empty: no authentication.
     *
     * @param upkeep when there is neither one of these nor an admin, the writers do upkeep and removal too
     * @param isStaticBearer whether these tokens are taken as they are; otherwise only sessions that were given for one
     * @param sessionSeconds how long a session is good for
     */
    public record TokenConfig(
            List<Secret> writers,
            List<Secret> readers,
            List<Secret> upkeep,
            List<Secret> admins,
            boolean isStaticBearer,
            int sessionSeconds) {
        public static final int SESSION_SECONDS_DEFAULT = 3600;
        public static final TokenConfig NONE = new TokenConfig(List.of(), List.of());

        public TokenConfig {
            writers = List.copyOf(writers);
            readers = List.copyOf(readers);
            upkeep = List.copyOf(upkeep);
            admins = List.copyOf(admins);
        }

        /** Writers that may do everything, and readers. */
        public TokenConfig(List<Secret> writers, List<Secret> readers) {
            this(writers, readers, List.of(), List.of(), true, SESSION_SECONDS_DEFAULT);
        }

        public boolean isNone() {
            return writers.isEmpty() && readers.isEmpty() && upkeep.isEmpty() && admins.isEmpty();
        }
    }

    /**
     * The PostgreSQL database that holds the catalog's rows.
     *
     * @param url {@code jdbc:postgresql://host:port/database}, without user or password
     */
    public record DatabaseConfig(String url, String user, Secret password) {}

    /**
     * The S3 store of table metadata and data.
     *
     * @param readerKeys what readers are told, never {@code keys}; empty: they are told none
     */
    public record ObjectStoreConfig(
            String endpoint, String region, boolean pathStyleAccess, Keys keys, Optional<Keys> readerKeys) {

        /** The same store with nothing to hand to readers. */
        public ObjectStoreConfig withoutReaderKeys() {
            return new ObjectStoreConfig(endpoint, region, pathStyleAccess, keys, Optional.empty());
        }

        /** Iceberg's properties for {@code S3FileIO}; PyIceberg reads {@code s3.region}, Java {@code client.region}. */
        public Map<String, String> properties(Optional<Keys> of) {
            Map<String, String> properties = new HashMap<>(Map.of(
                    "io-impl",
                    "org.apache.iceberg.aws.s3.S3FileIO",
                    "s3.endpoint",
                    endpoint,
                    "s3.region",
                    region,
                    "client.region",
                    region,
                    "s3.path-style-access",
                    Boolean.toString(pathStyleAccess)));
            of.ifPresent(told -> {
                properties.put("s3.access-key-id", told.accessKeyId());
                properties.put("s3.secret-access-key", told.secretAccessKey().reveal());
            });
            return properties;
        }
    }

    /** An S3 key pair. */
    public record Keys(String accessKeyId, Secret secretAccessKey) {}
}
