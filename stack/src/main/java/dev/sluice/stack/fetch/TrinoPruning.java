package dev.sluice.stack.fetch;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which files of Trino's archive are needed for an Iceberg REST catalog on S3: 170 MB of 936. */
final class TrinoPruning {
    private static final String ROOT = "trino-server-476/";
    private static final Pattern UNNEEDED = Pattern.compile(Stream.of(
                    "net.snowflake",
                    "org.apache.iceberg_iceberg-snowflake",
                    "org.rocksdb",
                    "io.trino.coral",
                    "io.grpc",
                    "com.google.cloud",
                    "com.google.api",
                    "com.google.apis",
                    "com....apis",
                    "com.google.oauth",
                    "com.google.auth_",
                    "com.google.http-client",
                    "com.azure",
                    "com.microsoft",
                    "org.alluxio",
                    "io.trino_trino-filesystem-alluxio",
                    "io.trino_trino-filesystem-azure",
                    "io.trino_trino-filesystem-gcs",
                    "org.conscrypt",
                    "io.opencensus",
                    "org.jdbi",
                    "org.postgresql",
                    "com.nimbusds",
                    "io.projectreactor")
            .map(Pattern::quote)
            .collect(Collectors.joining("|", "(?:", ").*|.*(?:netty-codec-native-quic|tcnative-boringssl).*")));

    private TrinoPruning() {}

    /** The path below the installation, or empty when the entry is not needed. */
    static Optional<String> path(String entry) {
        if (!entry.startsWith(ROOT)) {
            return Optional.empty();
        }
        String path = entry.substring(ROOT.length());
        if (path.startsWith("lib/")) {
            return Optional.of(path);
        }
        if (path.startsWith("plugin/iceberg/") && !path.startsWith("plugin/iceberg/hdfs/")) {
            String file = path.substring("plugin/iceberg/".length());
            return UNNEEDED.matcher(file).matches() ? Optional.empty() : Optional.of(path);
        }
        return Optional.empty();
    }
}
