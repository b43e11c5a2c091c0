package dev.sluice.spec.yaml;

import static dev.sluice.spec.yaml.Shape.Key.optional;
import static dev.sluice.spec.yaml.Shape.Key.required;
import static dev.sluice.spec.yaml.Shape.Key.withDefault;

import dev.sluice.spec.PoisonPolicy;
import dev.sluice.spec.PostgresIdentifiers;
import dev.sluice.spec.yaml.Shape.Mapping;
import dev.sluice.spec.yaml.Shape.Scalar;
import dev.sluice.spec.yaml.Shape.Sequence;
import dev.sluice.spec.yaml.Shape.Shorthand;
import java.util.List;
import java.util.Map;

/** All keys of {@code sluice.yaml}: their kinds, bounds, defaults and meaning. */
final class SluiceYaml {
    private static final int TABLES_MAX = 1000;
    private static final int COLUMNS_MAX = 1600;

    private static final ScalarKind IDENTIFIER =
            ScalarKind.pattern("[a-z][a-z0-9_]*", 40, "a name of at most 40 letters a-z, digits and _, letter first");
    private static final ScalarKind HTTP = ScalarKind.uri(List.of("http", "https"), "http://127.0.0.1:8080");
    private static final ScalarKind POISON = ScalarKind.choice(PoisonPolicy.texts());
    private static final ScalarKind FOLDER = ScalarKind.text("the path of a folder");

    static final Mapping DOCUMENT = new Mapping(List.of(
            required(
                    "pipeline",
                    new Scalar(IDENTIFIER),
                    "Id of the pipeline. It names the replication slot and stands in every snapshot: keep it."),
            required("catalog", catalog(), "The Iceberg REST catalog that holds the lake."),
            required("source", source(), "The database to replicate, and which tables of it."),
            optional("stream", stream(), "How changes flow into the lake."),
            optional("hot", hot(), "Tables that ClickHouse holds too, for answers of the last second."),
            optional("models", models(), "SQL models, and the Trino that runs them."),
            optional("upkeep", upkeep(), "When files are compacted and old snapshots dropped.")));

    private SluiceYaml() {}

    private static Mapping catalog() {
        Mapping s3 = new Mapping(List.of(
                required("endpoint", new Scalar(HTTP), "Address of the S3 API."),
                withDefault("region", "us-east-1", ScalarKind.text("the name of a region"), "Region to sign for."),
                required("access-key-id", new Scalar(ScalarKind.text("an access key id")), "Whose key."),
                required("secret-access-key", new Scalar(ScalarKind.password()), "The key itself.")));
        return new Mapping(List.of(
                required("uri", new Scalar(HTTP), "Base address of the catalog, without /v1."),
                required("token", new Scalar(ScalarKind.password()), "Bearer token with the role writer."),
                required(
                        "warehouse",
                        new Scalar(ScalarKind.uri(List.of("s3"), "s3://bucket/folder")),
                        "Where new tables are laid."),
                withDefault("namespace", "bronze", IDENTIFIER, "Namespace of the replicated tables."),
                optional("s3", s3, "The object store, where the catalog does not hand its settings out."),
                optional(
                        "upkeep-token",
                        new Scalar(ScalarKind.password()),
                        "Bearer token with the role upkeep, for a catalog whose writers may not expire snapshots.")));
    }

    private static Mapping source() {
        Mapping postgres = new Mapping(List.of(
                required("host", new Scalar(ScalarKind.text("a host name or address")), "Host of the server."),
                withDefault("port", "5432", ScalarKind.integer(1, 65_535), "Port of the server."),
                required("database", new Scalar(databaseName("the name of a database")), "Database to replicate."),
                required(
                        "user",
                        new Scalar(databaseName("the name of a role")),
                        "Role with LOGIN, REPLICATION and SELECT on the tables."),
                required("password", new Scalar(ScalarKind.password()), "The role's password."),
                withDefault(
                        "ssl-mode",
                        "prefer",
                        ScalarKind.choice(List.of("disable", "prefer", "require", "verify-ca", "verify-full")),
                        "As libpq's sslmode. Use verify-full over any network."),
                withDefault(
                        "exclude-at",
                        "reader",
                        ScalarKind.choice(List.of("reader", "source")),
                        "Where excluded columns are dropped. reader: they reach the machine that runs the job, and no"
                                + " further. source: they never leave the server, by column lists in the publication;"
                                + " the server then refuses to change the type of a listed column or to drop it, also"
                                + " to a migration of the application, and UPDATE and DELETE under REPLICA IDENTITY"
                                + " FULL."),
                withDefault(
                        "wal-warn",
                        "8GB",
                        ScalarKind.size("16MB", "100000GB"),
                        "sluice status tells when the server keeps more WAL than this for the pipeline, be it that it is"
                                + " slow, that its lake is away, or that it was stopped."),
                optional(
                        "wal-max",
                        new Scalar(ScalarKind.size("64MB", "100000GB")),
                        "More than this the server must never keep for the pipeline: apply refuses a server whose"
                                + " max_slot_wal_keep_size is larger or not set. When it is reached, the server gives the"
                                + " slot up, so that its disk does not fill, and the pipeline has to load anew (E0214)."
                                + " Without it, the server may keep any amount.")));
        Mapping column = new Mapping(List.of(
                required("name", new Scalar(databaseName("the name of a column")), "The column."),
                required("poison", new Scalar(POISON), "As for the table, for this column alone.")));
        Mapping table = new Mapping(List.of(
                required("name", new Scalar(qualifiedName()), "schema.table; the lake's table is named table."),
                optional(
                        "exclude",
                        new Sequence(new Scalar(databaseName("the name of a column")), 0, COLUMNS_MAX),
                        "Columns that never reach the lake; exclude-at says where they are dropped."),
                optional("poison", new Scalar(POISON), "As source.poison, for this table alone."),
                optional(
                        "columns",
                        new Sequence(column, 0, COLUMNS_MAX),
                        "Columns with a policy of their own; the others follow the table.")));
        return new Mapping(List.of(
                required("postgres", postgres, "How to reach PostgreSQL."),
                withDefault(
                        "poison",
                        "stop",
                        POISON,
                        "What becomes of a row with a value that the lake cannot hold, such as the date infinity: stop"
                                + " (the table stops at its last good position, the others go on), quarantine (the row goes"
                                + " to the table _sluice.dead_letters_<pipeline>) or text (the column is NULL, the text stands"
                                + " in <column>__special). In a key column it is always stop."),
                required(
                        "tables",
                        new Sequence(new Shorthand(table, "name"), 1, TABLES_MAX),
                        "Tables to replicate: schema.table, or a mapping with name, exclude, poison and columns.")));
    }

    private static Mapping stream() {
        return new Mapping(List.of(
                withDefault(
                        "commit-interval",
                        "1s",
                        ScalarKind.duration("100ms", "10m"),
                        "Time between two commits to the lake: what a lake reader lags behind."),
                withDefault("parallelism", "2", ScalarKind.integer(1, 128), "Parallel writers of the job.")));
    }

    private static Mapping hot() {
        Mapping clickhouse = new Mapping(List.of(
                required("url", new Scalar(HTTP), "Address of ClickHouse's HTTP interface."),
                withDefault("user", "default", ScalarKind.text("the name of a user"), "User to write as."),
                required("password", new Scalar(ScalarKind.password()), "The user's password."),
                withDefault("database", "hot", IDENTIFIER, "Database of the hot tables.")));
        return new Mapping(List.of(
                required("clickhouse", clickhouse, "How to reach ClickHouse."),
                required(
                        "tables",
                        new Sequence(new Scalar(ScalarKind.text("the name of a table")), 1, TABLES_MAX),
                        "Tables of the source, without schema, that are hot."),
                optional("views", new Scalar(FOLDER), "Folder with one <view>.sql per hot view."),
                withDefault(
                        "retention",
                        "8d",
                        ScalarKind.duration("1h", "3650d"),
                        "Age at which a row leaves the hot store."),
                withDefault(
                        "flush-interval",
                        "250ms",
                        ScalarKind.duration("10ms", "60s"),
                        "Time between two writes to a hot table.")));
    }

    private static Mapping models() {
        Mapping trino = new Mapping(List.of(
                required("url", new Scalar(HTTP), "Address of Trino; https where the user has a password."),
                withDefault("user", "sluice", ScalarKind.text("the name of a user"), "User to run queries as."),
                optional("password", new Scalar(ScalarKind.password()), "The user's password; https only."),
                optional(
                        "certificate",
                        new Scalar(ScalarKind.text("the path of a file")),
                        "PEM file with Trino's certificate or its issuer's, where Java does not trust it by itself."),
                withDefault("catalog", "lake", IDENTIFIER, "Trino's name of the lake's catalog.")));
        return new Mapping(List.of(
                optional("directory", new Scalar(FOLDER), "Folder with silver/*.sql and gold/*.sql."),
                required("trino", trino, "How to reach Trino.")));
    }

    private static Mapping upkeep() {
        return new Mapping(List.of(
                withDefault(
                        "target-file-size",
                        "128MB",
                        ScalarKind.size("1MB", "4GB"),
                        "Size at which data files need no compaction."),
                withDefault(
                        "min-input-files",
                        "5",
                        ScalarKind.integer(2, 10_000),
                        "Small files of a partition that make a rewrite worth its while."),
                withDefault(
                        "delete-file-threshold",
                        "1",
                        ScalarKind.integer(1, 10_000),
                        "Delete files on one data file that make it worth rewriting."),
                withDefault(
                        "snapshot-retention",
                        "7d",
                        ScalarKind.duration("10m", "3650d"),
                        "How far back time travel reaches; tagged snapshots stay longer."),
                withDefault(
                        "retain-last",
                        "5",
                        ScalarKind.integer(1, 10_000),
                        "Snapshots that stay however old they are.")));
    }

    /** A name of the source: PostgreSQL's own limits. */
    private static ScalarKind databaseName(String what) {
        return new ScalarKind(
                what,
                text -> {
                    PostgresIdentifiers.problemOf(text).ifPresent(problem -> {
                        throw new IllegalArgumentException(problem);
                    });
                    return text;
                },
                Map.of("type", List.of("string", "number"), "minLength", 1, "maxLength", 63),
                false);
    }

    private static ScalarKind qualifiedName() {
        String expected = "schema.table, each at most 63 bytes; odd names in double quotes";
        return new ScalarKind(
                expected,
                text -> PostgresIdentifiers.parseQualified(text)
                        .orElseThrow(() -> new IllegalArgumentException("must be " + expected)),
                Map.of("type", "string", "pattern", "^[^.\\s]+\\.\\S+$|^\"[^\"]+\"\\."),
                false);
    }
}
