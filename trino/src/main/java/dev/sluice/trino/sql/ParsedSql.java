package dev.sluice.trino.sql;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import io.trino.grammar.sql.SqlBaseLexer;
import io.trino.sql.parser.ParsingException;
import io.trino.sql.parser.SqlParser;
import io.trino.sql.tree.Statement;
import java.util.List;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.Token;

/**
 * One statement, parsed by Trino's own parser.
 *
 * @param text the statement without a trailing semicolon; offsets of references point into it
 */
public record ParsedSql(String text, Statement statement) {
    private static final SqlParser PARSER = new SqlParser();

    /**
     * Parses one statement; a semicolon at its end is dropped.
     *
     * @throws SluiceException E1003 with line and column when Trino's grammar refuses the text
     */
    public static ParsedSql parse(String sql) {
        String text = withoutTrailingSemicolon(sql);
        try {
            return new ParsedSql(text, PARSER.createStatement(text));
        } catch (ParsingException e) {
            throw new SluiceException(
                    ErrorCode.E1003,
                    "line " + e.getLineNumber() + ", column " + e.getColumnNumber() + ": " + e.getErrorMessage(),
                    "",
                    e);
        }
    }

    /** The tables that the statement reads, in the order of the text; names of CTEs and targets of writes are not among them. */
    public List<TableReference> tablesRead() {
        return TableReferences.of(this);
    }

    /** Cuts off the last semicolon and all that follows it, when only blanks and comments follow. */
    public static String withoutTrailingSemicolon(String sql) {
        SqlBaseLexer lexer = new SqlBaseLexer(CharStreams.fromString(sql));
        lexer.removeErrorListeners();
        int end = -1;
        for (Token token = lexer.nextToken(); token.getType() != Token.EOF; token = lexer.nextToken()) {
            if (token.getType() == SqlBaseLexer.SEMICOLON) {
                end = end < 0 ? token.getStartIndex() : end;
            } else if (token.getChannel() == Token.DEFAULT_CHANNEL) {
                end = -1;
            }
        }
        // The lexer counts code points.
        return end < 0 ? sql : sql.substring(0, sql.offsetByCodePoints(0, end));
    }
}
