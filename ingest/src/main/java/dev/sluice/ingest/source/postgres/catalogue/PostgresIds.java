package dev.sluice.ingest.source.postgres.catalogue;

import dev.sluice.ingest.table.SourceTable;

/** How what PostgreSQL knows tables and types by is written in a {@link SourceTable}. */
public final class PostgresIds {
    private PostgresIds() {}

    /** @param oid of {@code pg_class}, unsigned */
    public static String table(int oid) {
        return Integer.toUnsignedString(oid);
    }

    /** The unsigned object id of the table. */
    public static int oid(SourceTable table) {
        return Integer.parseUnsignedInt(table.id());
    }

    /**
     * @param oid of {@code pg_type}, unsigned
     * @param modifier {@code atttypmod}, -1 for none
     */
    public static String type(int oid, int modifier) {
        return Integer.toUnsignedString(oid) + ":" + modifier;
    }
}
