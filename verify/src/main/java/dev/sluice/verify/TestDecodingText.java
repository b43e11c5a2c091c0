package dev.sluice.verify;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.verify.ComparedTable.Relation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One change as test_decoding writes it: {@code table public.t: UPDATE: old-key: id[integer]:1 new-tuple:
 * id[integer]:2 note[text]:'it''s'}. Written after the plugin's output and PostgreSQL's rules for quoting; shares
 * nothing with the pipeline's decoder.
 */
public final class TestDecodingText {
    private static final byte[] TRUE = {'t'};
    private static final byte[] FALSE = {'f'};

    private final String text;
    private int at;

    private TestDecodingText(String text) {
        this.text = text;
    }

    /** Hands the change to the rows of its table; returns how many of the compared tables it concerns. */
    public static int read(String text, Map<Relation, ? extends RowChanges> tables) {
        return text.startsWith("table ") ? new TestDecodingText(text).change(tables) : 0;
    }

    private int change(Map<Relation, ? extends RowChanges> tables) {
        at = "table ".length();
        List<RowChanges> concerned = new ArrayList<>();
        do {
            RowChanges rows = tables.get(relation());
            if (rows != null) {
                concerned.add(rows);
            }
        } while (skip(", "));
        if (concerned.isEmpty()) {
            return 0;
        }
        expect(": ");
        if (skip("TRUNCATE:")) {
            concerned.forEach(RowChanges::truncated);
            return concerned.size();
        }
        RowChanges rows = concerned.getFirst();
        if (skip("INSERT:")) {
            rows.inserted(tuple(rows.table()));
        } else if (skip("DELETE:")) {
            rows.deleted(tuple(rows.table()));
        } else {
            expect("UPDATE:");
            byte @Nullable [][] old = null;
            if (skip(" old-key:")) {
                old = tuple(rows.table());
                expect(" new-tuple:");
            }
            rows.updated(old, tuple(rows.table()));
        }
        return 1;
    }

    private Relation relation() {
        String schema = identifier();
        expect(".");
        return new Relation(schema, identifier());
    }

    /** As {@code quote_identifier} writes it. */
    private String identifier() {
        if (here() == '"') {
            return quoted('"');
        }
        int begin = at;
        while (Character.isLetterOrDigit(here()) || here() == '_') {
            at++;
        }
        return text.substring(begin, at);
    }

    private String quoted(char quote) {
        StringBuilder content = new StringBuilder();
        at++;
        while (true) {
            int end = text.indexOf(quote, at);
            if (end < 0) {
                throw lacks(String.valueOf(quote));
            }
            content.append(text, at, end);
            at = end + 1;
            if (here() != quote) {
                return content.toString();
            }
            content.append(quote);
            at++;
        }
    }

    /** Columns that are not there are {@link RowChanges#ABSENT}. */
    private byte[][] tuple(ComparedTable table) {
        byte[][] row = new byte[table.columns().size()][];
        java.util.Arrays.fill(row, RowChanges.ABSENT);
        while (at < text.length() && !text.startsWith(" new-tuple:", at)) {
            if (text.startsWith(" (no-tuple-data)", at)) {
                throw new SluiceException(
                        ErrorCode.E1202,
                        "a change of " + table.spec().qualifiedName() + " does not say which row it concerns",
                        "give the table a replica identity: alter table ... replica identity default");
            }
            expect(" ");
            String name = identifier();
            type();
            byte @Nullable [] value = value();
            int column = table.indexOf(name);
            if (column >= 0) {
                row[column] = value;
            }
        }
        return row;
    }

    /** {@code [integer[]]:}; names of types with blanks or brackets are quoted. */
    private void type() {
        expect("[");
        while (at < text.length() && !text.startsWith("]:", at)) {
            if (here() == '"') {
                quoted('"');
            } else {
                at++;
            }
        }
        expect("]:");
    }

    private byte @Nullable [] value() {
        if (text.startsWith("B'", at)) {
            at++;
        }
        if (here() == '\'') {
            return quoted('\'').getBytes(StandardCharsets.UTF_8);
        }
        int end = text.indexOf(' ', at);
        String word = text.substring(at, end < 0 ? text.length() : end);
        if (word.isEmpty()) {
            throw lacks("value");
        }
        at += word.length();
        return switch (word) {
            case "null" -> null;
            case "unchanged-toast-datum" -> RowChanges.UNCHANGED;
            case "true" -> TRUE;
            case "false" -> FALSE;
            default -> word.getBytes(StandardCharsets.UTF_8);
        };
    }

    private boolean skip(String expected) {
        boolean there = text.startsWith(expected, at);
        at += there ? expected.length() : 0;
        return there;
    }

    private void expect(String expected) {
        if (!skip(expected)) {
            throw lacks(expected);
        }
    }

    /** The character at which the reading stands; 0, which no text of PostgreSQL holds, behind the last. */
    private char here() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    /** Does not show the text itself: it holds the user's data. */
    private SluiceException lacks(String expected) {
        return new SluiceException(
                ErrorCode.E1202,
                "the server's text of a change has no \"" + expected + "\" at " + at,
                "report it with the version of PostgreSQL");
    }
}
