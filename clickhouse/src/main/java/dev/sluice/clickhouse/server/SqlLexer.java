package dev.sluice.clickhouse.server;

/**
 * Cuts ClickHouse SQL into tokens. The text is one character per byte (ISO 8859-1), so that positions are byte positions
 * and binary data behind the SQL does no harm. Follows ClickHouse's lexer: nested comments, {@code #} comments,
 * backslash and doubled quotes, heredocs, typographic quotes.
 */
final class SqlLexer {
    /** What a token is; UNFINISHED is an open quote or comment at the end of the text. */
    enum Kind {
        WORD,
        QUOTED,
        STRING,
        OPEN,
        CLOSE,
        SYMBOL,
        UNFINISHED,
        END
    }

    private static final String TYPOGRAPHIC_LEFT_SINGLE = "\u00e2\u0080\u0098";
    private static final String TYPOGRAPHIC_RIGHT_SINGLE = "\u00e2\u0080\u0099";
    private static final String TYPOGRAPHIC_LEFT_DOUBLE = "\u00e2\u0080\u009c";
    private static final String TYPOGRAPHIC_RIGHT_DOUBLE = "\u00e2\u0080\u009d";

    private final String text;
    private Kind kind = Kind.END;
    private int start;
    private int end;
    private int depth;
    private boolean fileClauseInComment;
    private boolean hasDollar;

    SqlLexer(String text) {
        this.text = text;
    }

    Kind kind() {
        return kind;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /** Open parentheses and brackets around the current token. */
    int depth() {
        return depth;
    }

    String token() {
        return text.substring(start, end);
    }

    boolean isWord(String word) {
        return kind == Kind.WORD
                && end - start == word.length()
                && text.regionMatches(true, start, word, 0, end - start);
    }

    boolean isSymbol(char symbol) {
        return kind == Kind.SYMBOL && text.charAt(start) == symbol;
    }

    /**
     * Whether a comment passed so far speaks of OUTFILE or INFILE. Such a statement is refused too: should this lexer and
     * ClickHouse's ever differ about where a comment ends, nothing slips through the difference.
     */
    boolean hasFileClauseInComment() {
        return fileClauseInComment;
    }

    /** Whether a token passed so far begins with a dollar sign, as heredocs do. */
    boolean hasDollar() {
        return hasDollar;
    }

    Kind next() {
        if (kind == Kind.OPEN) {
            depth++;
        }
        start = end;
        if (!skipBlanksAndComments()) {
            end = text.length();
            return kind = Kind.UNFINISHED;
        }
        if (start >= text.length()) {
            end = start;
            return kind = Kind.END;
        }
        kind = scan(text.charAt(start));
        if (kind == Kind.CLOSE) {
            depth--;
        }
        return kind;
    }

    private Kind scan(char first) {
        if (first == '\'') {
            return quoted(first, Kind.STRING);
        }
        if (first == '"' || first == '`') {
            return quoted(first, Kind.QUOTED);
        }
        if (text.startsWith(TYPOGRAPHIC_LEFT_SINGLE, start)) {
            return until(TYPOGRAPHIC_RIGHT_SINGLE, start + 3, Kind.STRING);
        }
        if (text.startsWith(TYPOGRAPHIC_LEFT_DOUBLE, start)) {
            return until(TYPOGRAPHIC_RIGHT_DOUBLE, start + 3, Kind.QUOTED);
        }
        if (first == '$') {
            hasDollar = true;
            // Any characters make a tag, and one that does not come back makes none.
            int tagEnd = text.indexOf('$', start + 1);
            int closing = tagEnd < 0 ? -1 : text.indexOf(text.substring(start, tagEnd + 1), tagEnd + 1);
            if (closing >= 0) {
                end = closing + tagEnd + 1 - start;
                return Kind.STRING;
            }
            if (start + 1 == text.length() || !isWordPart(text.charAt(start + 1))) {
                end = start + 1;
                return Kind.SYMBOL;
            }
        }
        if (isWordPart(first)) {
            end = start + 1;
            while (end < text.length() && isWordPart(text.charAt(end))) {
                end++;
            }
            return Kind.WORD;
        }
        end = start + 1;
        return switch (first) {
            case '(', '[', '{' -> Kind.OPEN;
            case ')', ']', '}' -> Kind.CLOSE;
            default -> Kind.SYMBOL;
        };
    }

    private static boolean isWordPart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$';
    }

    private Kind quoted(char quote, Kind kind) {
        int i = start + 1;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '\\') {
                i += 2;
            } else if (c != quote) {
                i++;
            } else if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
                i += 2;
            } else {
                end = i + 1;
                return kind;
            }
        }
        end = text.length();
        return Kind.UNFINISHED;
    }

    private Kind until(String closing, int from, Kind kind) {
        int found = text.indexOf(closing, from);
        end = found < 0 ? text.length() : found + closing.length();
        return found < 0 ? Kind.UNFINISHED : kind;
    }

    /** Moves {@link #start} to the next token; false when a comment does not end. */
    private boolean skipBlanksAndComments() {
        while (start < text.length()) {
            if (isBlank(text.charAt(start))) {
                start++;
                continue;
            }
            int commentStart = start;
            if (text.startsWith("--", start) || text.startsWith("# ", start) || text.startsWith("#!", start)) {
                int lineEnd = text.indexOf('\n', start);
                start = lineEnd < 0 ? text.length() : lineEnd;
            } else if (text.startsWith("/*", start)) {
                start = afterBlockComment();
            } else {
                return true;
            }
            if (start < 0) {
                start = commentStart;
                return false;
            }
            noteComment(commentStart);
        }
        return true;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    private int afterBlockComment() {
        int nesting = 1;
        int i = start + 2;
        while (i + 1 < text.length()) {
            if (text.startsWith("/*", i)) {
                nesting++;
                i += 2;
            } else if (text.startsWith("*/", i)) {
                i += 2;
                if (--nesting == 0) {
                    return i;
                }
            } else {
                i++;
            }
        }
        return -1;
    }

    private void noteComment(int from) {
        String comment = text.substring(from, start).toUpperCase(java.util.Locale.ROOT);
        fileClauseInComment |= comment.contains("OUTFILE") || comment.contains("INFILE");
    }
}
