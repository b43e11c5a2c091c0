package dev.sluice.ingest.hot;

/** The one place where ClickHouse identifiers and literals are quoted. */
final class ClickHouseSql {
    private ClickHouseSql() {}

    static String identifier(String name) {
        return '`' + name.replace("\\", "\\\\").replace("`", "\\`") + '`';
    }

    static String qualified(String database, String table) {
        return identifier(database) + '.' + identifier(table);
    }

    static String literal(String value) {
        return '\'' + value.replace("\\", "\\\\").replace("'", "\\'") + '\'';
    }
}
