package dev.sluice.trino.model;

import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import dev.sluice.trino.sql.ParsedSql;
import dev.sluice.trino.sql.TableReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * One model file.
 *
 * @param output the table that it makes: the folder is the schema, the file is the table
 * @param text the whole file
 * @param sql its query
 * @param references where the query reads tables, each a table of the lake
 * @param reads all tables that the query and the tests read, without the output itself
 */
public record Model(
        LakeTable output,
        Path file,
        String text,
        FrontMatter frontMatter,
        ParsedSql sql,
        List<TableReference> references,
        Set<LakeTable> reads) {

    /** {@code silver.orders}. */
    public String name() {
        return output.toString();
    }

    /** The table that a reference of this model reads; models always name schema and table. */
    static LakeTable tableOf(TableReference reference) {
        List<String> parts = reference.parts();
        return new LakeTable(parts.get(parts.size() - 2), parts.getLast());
    }
}
