package dev.sluice.trino.model;

import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import io.trino.sql.ExpressionFormatter;
import io.trino.sql.parser.ParsingException;
import io.trino.sql.parser.SqlParser;
import io.trino.sql.tree.DereferenceExpression;
import io.trino.sql.tree.Expression;
import io.trino.sql.tree.FunctionCall;
import io.trino.sql.tree.GenericLiteral;
import io.trino.sql.tree.Identifier;
import io.trino.sql.tree.Literal;
import io.trino.sql.tree.LongLiteral;
import java.util.List;
import java.util.Locale;

/** Reads a test of a front matter: it is written like a call of a function, so Trino's own parser reads it. */
final class ModelTestParser {
    private static final SqlParser PARSER = new SqlParser();

    private ModelTestParser() {}

    /** @throws IllegalArgumentException saying what is wrong */
    static ModelTest parse(String text) {
        Expression expression;
        try {
            expression = PARSER.createExpression(text);
        } catch (ParsingException e) {
            throw new IllegalArgumentException("'" + text + "' is not a test: " + e.getErrorMessage(), e);
        }
        if (!(expression instanceof FunctionCall call)) {
            throw unknown(text);
        }
        List<Expression> arguments = call.getArguments();
        return switch (call.getName().toString().toLowerCase(Locale.ENGLISH)) {
            case "not_null" -> {
                count(text, arguments, 1);
                yield new ModelTest.NotNull(column(arguments.getFirst()));
            }
            case "unique" -> {
                atLeast(text, arguments, 1);
                yield new ModelTest.Unique(
                        arguments.stream().map(ModelTestParser::column).toList());
            }
            case "accepted_values" -> {
                atLeast(text, arguments, 2);
                yield new ModelTest.AcceptedValues(
                        column(arguments.getFirst()),
                        arguments.stream().skip(1).map(ModelTestParser::literal).toList());
            }
            case "relationship" -> {
                count(text, arguments, 3);
                yield new ModelTest.Relationship(
                        column(arguments.getFirst()), table(arguments.get(1)), column(arguments.get(2)));
            }
            case "row_count" -> {
                count(text, arguments, 1);
                if (!(arguments.getFirst() instanceof LongLiteral rows)) {
                    throw new IllegalArgumentException("row_count takes a number");
                }
                yield new ModelTest.RowCount(rows.getParsedValue());
            }
            case "same_row_count" -> {
                count(text, arguments, 1);
                yield new ModelTest.SameRowCount(table(arguments.getFirst()));
            }
            default -> throw unknown(text);
        };
    }

    private static IllegalArgumentException unknown(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not a test; tests are not_null(column), unique(column, ...),"
                        + " accepted_values(column, value, ...), relationship(column, schema.table, column), row_count(number) and"
                        + " same_row_count(schema.table)");
    }

    private static void count(String text, List<Expression> arguments, int wanted) {
        if (arguments.size() != wanted) {
            throw new IllegalArgumentException("'" + text + "' has " + arguments.size() + " arguments, not " + wanted);
        }
    }

    private static void atLeast(String text, List<Expression> arguments, int wanted) {
        if (arguments.size() < wanted) {
            throw new IllegalArgumentException("'" + text + "' needs " + wanted + " arguments or more");
        }
    }

    private static String column(Expression argument) {
        if (argument instanceof Identifier identifier) {
            return identifier.getValue().toLowerCase(Locale.ENGLISH);
        }
        throw new IllegalArgumentException(argument + " is not a column");
    }

    private static LakeTable table(Expression argument) {
        if (argument instanceof DereferenceExpression name && name.getBase() instanceof Identifier schema) {
            return new LakeTable(
                    schema.getValue().toLowerCase(Locale.ENGLISH),
                    name.getField().orElseThrow().getValue().toLowerCase(Locale.ENGLISH));
        }
        throw new IllegalArgumentException(argument + " is not a table of the form schema.table");
    }

    private static String literal(Expression argument) {
        if (argument instanceof Literal || argument instanceof GenericLiteral) {
            return ExpressionFormatter.formatExpression(argument);
        }
        throw new IllegalArgumentException(argument + " is not a literal value");
    }
}
