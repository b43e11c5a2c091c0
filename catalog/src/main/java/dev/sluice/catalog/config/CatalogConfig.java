package dev.sluice.catalog.config;

import dev.sluice.spec.Secret;
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

    /** Every token is a principal of its role. Both lists empty: no authentication. */
    public record TokenConfig(List<Secret> writers, List<Secret> readers) {
        public static final TokenConfig NONE = new TokenConfig(List.of(), List.of());

        public TokenConfig {
            writers = List.copyOf(writers);
            readers = List.copyOf(readers);
        }

        public boolean isNone() {
            return writers.isEmpty() && readers.isEmpty();
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
     * @param readerKeys what readers are told instead of {@code keys}, where they have keys of their own
     */
    public record ObjectStoreConfig(
            String endpoint, String region, boolean pathStyleAccess, Keys keys, Optional<Keys> readerKeys) {

        /** Iceberg's properties for {@code S3FileIO}; PyIceberg reads {@code s3.region}, Java {@code client.region}. */
        public Map<String, String> properties(Keys of) {
            return Map.of(
                    "io-impl",
                    "org.apache.iceberg.aws.s3.S3FileIO",
                    "s3.endpoint",
                    endpoint,
                    "s3.region",
                    region,
                    "client.region",
                    region,
                    "s3.path-style-access",
                    Boolean.toString(pathStyleAccess),
                    "s3.access-key-id",
                    of.accessKeyId(),
                    "s3.secret-access-key",
                    of.secretAccessKey().reveal());
        }
    }

    /** An S3 key pair. */
    public record Keys(String accessKeyId, Secret secretAccessKey) {}
}
