package dev.sluice.stack.installation;

/** A module that is run in a JVM of its own, or handed to one. */
public enum Part {
    CLI("cli", "cli"),
    CATALOG("catalog", "catalog"),
    CLICKHOUSE("clickhouse", "clickhouse"),
    /** The job that loads and streams. */
    INGEST("ingest", "ingest"),
    /** The job of upkeep. */
    COMPACTION("compaction", "compaction"),
    /** JobManager and TaskManager: libraries only. */
    FLINK("flink", "stack/flink"),
    /** Trino's plugin that checks the password. */
    TRINO_PASSWORD("trino-password", "stack/trino-password");

    private final String label;
    private final String folder;

    Part(String label, String folder) {
        this.label = label;
        this.folder = folder;
    }

    String label() {
        return label;
    }

    /** Where a checkout has it. */
    String folder() {
        return folder;
    }

    /** The name of its jar, up to the version. */
    String artifact() {
        return "sluice-" + label;
    }
}
