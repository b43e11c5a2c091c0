package dev.sluice.trino.sql;

import java.util.List;

/**
 * One place in a statement where a table is read.
 *
 * @param parts the name as Trino resolves it: one to three parts in lower case, {@code [[catalog,] schema,] table}
 * @param form how the table is written
 * @param aliased whether an alias follows
 * @param hasPeriod whether {@code FOR VERSION} or {@code FOR TIMESTAMP} is there already
 * @param start offset in the text (UTF-16 units) of the reference, at {@code TABLE} in the form {@code TABLE name}
 * @param nameStart offset of the name
 * @param nameEnd offset behind the name
 * @param line line of the name, from 1
 * @param column column of the name, from 1
 */
public record TableReference(
        List<String> parts,
        Form form,
        boolean aliased,
        boolean hasPeriod,
        int start,
        int nameStart,
        int nameEnd,
        int line,
        int column) {

    /** How SQL writes a table that is read. */
    public enum Form {
        /** {@code FROM name}: a period may follow. */
        RELATION,
        /** {@code TABLE name} as a whole query. */
        TABLE_STATEMENT,
        /** {@code TABLE(name)} as an argument of a table function. */
        TABLE_ARGUMENT
    }

    public String table() {
        return parts.getLast();
    }

    /** The name as written, but in lower case and without quotes. */
    public String displayName() {
        return String.join(".", parts);
    }
}
