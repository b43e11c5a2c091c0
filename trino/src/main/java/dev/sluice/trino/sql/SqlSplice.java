package dev.sluice.trino.sql;

import dev.sluice.spec.sql.TrinoSql;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Replaces pieces of a text and leaves every other character as it was. */
public final class SqlSplice {
    private record Piece(int start, int end, String replacement) {}

    private final String text;
    private final List<Piece> pieces = new ArrayList<>();

    public SqlSplice(String text) {
        this.text = text;
    }

    /** Replaces the characters from {@code start} up to and without {@code end}; pieces must not overlap. */
    public void replace(int start, int end, String replacement) {
        pieces.add(new Piece(start, end, replacement));
    }

    /**
     * Reads a table by other means: {@code name} is what stands for the table, {@code period} the {@code FOR ...} clause
     * behind it. A renamed table without an alias takes its old name as alias, so that {@code table.column} still resolves.
     */
    public void read(TableReference reference, String name, String period, boolean renamed) {
        switch (reference.form()) {
            case RELATION -> {
                String alias = renamed && !reference.aliased() ? " AS " + TrinoSql.identifier(reference.table()) : "";
                replace(reference.nameStart(), reference.nameEnd(), name + " " + period + alias);
            }
            case TABLE_STATEMENT -> {
                String alias = renamed ? " AS " + TrinoSql.identifier(reference.table()) : "";
                replace(reference.start(), reference.nameEnd(), "SELECT * FROM " + name + " " + period + alias);
            }
            case TABLE_ARGUMENT ->
                replace(reference.nameStart(), reference.nameEnd(), "SELECT * FROM " + name + " " + period);
        }
    }

    /** The text with all replacements made. */
    public String apply() {
        StringBuilder result = new StringBuilder(text.length() + 64 * pieces.size());
        int at = 0;
        for (Piece piece :
                pieces.stream().sorted(Comparator.comparingInt(Piece::start)).toList()) {
            if (piece.start() < at) {
                throw new IllegalArgumentException("pieces overlap at " + piece.start());
            }
            result.append(text, at, piece.start()).append(piece.replacement());
            at = piece.end();
        }
        return result.append(text, at, text.length()).toString();
    }
}
