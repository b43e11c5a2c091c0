package dev.sluice.clickhouse.server;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * What the server must know about a statement before it gives it to the engine.
 *
 * @param sql the statement; of an insert with data, without its VALUES or FORMAT clause
 * @param format the format that the statement names, null when it names none
 * @param dataStart where the data of an insert begins in the bytes that were parsed; otherwise their length
 * @param isReading whether it begins like a statement that only reads
 * @param hasDollar whether it has what may be a heredoc, whose end is easily misjudged
 * @param needsSession whether it does nothing but for later statements of the same session
 */
record SqlStatement(
        Kind kind,
        String sql,
        String format,
        int dataStart,
        boolean isReading,
        boolean hasDollar,
        boolean needsSession) {
    private static final Set<String> READING_WORDS =
            Set.of("SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS");

    /** How a statement has to be run. */
    enum Kind {
        /** Can be streamed. */
        SELECT,
        /** INSERT whose data follows the statement. */
        INSERT_DATA,
        /** Everything else: run it and keep the result. */
        OTHER
    }

    /**
     * Parses the first {@code length} bytes of a request.
     *
     * @param isWhole whether the bytes are the whole request; if not, only an insert's data may be cut off
     * @throws EngineException for what this server refuses: files of the server's machine, changing the role
     */
    static SqlStatement parse(byte[] head, int length, boolean isWhole) throws EngineException {
        String text = new String(head, 0, length, StandardCharsets.ISO_8859_1);
        SqlLexer lexer = new SqlLexer(text);
        lexer.next();
        if (lexer.isWord("INSERT")) {
            int clause = findInsertData(lexer);
            if (clause >= 0) {
                return insertData(head, text, lexer, clause);
            }
        }
        if (!isWhole) {
            throw new EngineException(62, "SYNTAX_ERROR", "The statement is longer than " + length + " bytes");
        }
        return wholeStatement(head, length, text);
    }

    /** Moves to VALUES or FORMAT of an insert and returns where it begins; -1 for INSERT SELECT. */
    private static int findInsertData(SqlLexer lexer) throws EngineException {
        lexer.next();
        while (lexer.isWord("INTO") || lexer.isWord("TABLE") || lexer.isWord("FUNCTION")) {
            lexer.next();
        }
        skipName(lexer);
        while (lexer.kind() != SqlLexer.Kind.END && lexer.kind() != SqlLexer.Kind.UNFINISHED) {
            refuseFileClause(lexer);
            if (lexer.depth() == 0) {
                if (lexer.isWord("VALUES") || lexer.isWord("FORMAT")) {
                    return lexer.start();
                }
                if (lexer.isWord("SELECT") || lexer.isWord("WITH") || lexer.isWord("WATCH") || lexer.isWord("FROM")) {
                    return -1;
                }
            }
            lexer.next();
        }
        return -1;
    }

    /** A table may be called {@code values} or {@code format}: its name is no clause. */
    private static void skipName(SqlLexer lexer) {
        lexer.next();
        while (lexer.isSymbol('.')) {
            lexer.next();
            lexer.next();
        }
    }

    private static SqlStatement insertData(byte[] head, String text, SqlLexer lexer, int clause)
            throws EngineException {
        refuseCommentedFileClause(lexer);
        String sql = new String(head, 0, clause, StandardCharsets.UTF_8);
        boolean isValues = lexer.isWord("VALUES");
        if (!isValues) {
            lexer.next();
        }
        String format = isValues ? "Values" : lexer.token();
        int start = lexer.end();
        while (start < text.length() && " \t\r\f".indexOf(text.charAt(start)) >= 0) {
            start++;
        }
        if (start < text.length() && text.charAt(start) == '\n') {
            start++;
        }
        return new SqlStatement(Kind.INSERT_DATA, sql, format, start, false, lexer.hasDollar(), false);
    }

    private static SqlStatement wholeStatement(byte[] head, int length, String text) throws EngineException {
        SqlLexer lexer = new SqlLexer(text);
        lexer.next();
        boolean isSelect = lexer.isWord("SELECT") || lexer.isWord("WITH") || lexer.kind() == SqlLexer.Kind.OPEN;
        boolean isReading = lexer.kind() == SqlLexer.Kind.OPEN
                || READING_WORDS.contains(lexer.token().toUpperCase(Locale.ROOT));
        boolean isSet = lexer.isWord("SET");
        boolean isCreate = lexer.isWord("CREATE");
        boolean needsSession = isSet || lexer.isWord("USE");
        boolean isFirst = true;
        boolean hasEnded = false;
        String format = null;
        while (lexer.kind() != SqlLexer.Kind.END && lexer.kind() != SqlLexer.Kind.UNFINISHED) {
            refuseFileClause(lexer);
            if (hasEnded && !lexer.isSymbol(';')) {
                throw new EngineException(62, "SYNTAX_ERROR", "Multi-statements are not allowed");
            }
            hasEnded |= lexer.isSymbol(';') && lexer.depth() == 0;
            if (isSet && !isFirst && (lexer.isWord("ROLE") || lexer.isWord("DEFAULT"))) {
                throw new EngineException(497, "ACCESS_DENIED", "This server does not let a statement change the role");
            }
            needsSession |= isCreate && lexer.isWord("TEMPORARY");
            isSet &= isFirst;
            isFirst = false;
            isSelect &= !(lexer.depth() == 0 && lexer.isWord("INSERT"));
            boolean isFormat = lexer.depth() == 0 && lexer.isWord("FORMAT");
            lexer.next();
            if (isFormat && lexer.kind() == SqlLexer.Kind.WORD) {
                String name = lexer.token();
                lexer.next();
                boolean endsThere =
                        lexer.kind() == SqlLexer.Kind.END || lexer.isSymbol(';') || lexer.isWord("SETTINGS");
                format = endsThere ? name : format;
            }
        }
        if (lexer.kind() == SqlLexer.Kind.UNFINISHED) {
            // Where it ends is anybody's guess, and the engine's may be another.
            throw new EngineException(62, "SYNTAX_ERROR", "A quote or a comment is not closed");
        }
        refuseCommentedFileClause(lexer);
        return new SqlStatement(
                isSelect ? Kind.SELECT : Kind.OTHER,
                new String(head, 0, length, StandardCharsets.UTF_8),
                format,
                length,
                isReading,
                lexer.hasDollar(),
                needsSession);
    }

    /** The engine in this process would write and read files of this machine, even for readers. */
    private static void refuseFileClause(SqlLexer lexer) throws EngineException {
        if (lexer.isWord("OUTFILE") || lexer.isWord("INFILE")) {
            throw fileClauseRefused();
        }
    }

    private static void refuseCommentedFileClause(SqlLexer lexer) throws EngineException {
        if (lexer.hasFileClauseInComment()) {
            throw fileClauseRefused();
        }
    }

    private static EngineException fileClauseRefused() {
        return new EngineException(
                48, "NOT_IMPLEMENTED", "INTO OUTFILE and FROM INFILE are refused; quote the word if it is a name");
    }
}
