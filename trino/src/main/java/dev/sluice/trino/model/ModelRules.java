package dev.sluice.trino.model;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.trino.sql.ParsedSql;
import dev.sluice.trino.sql.TableReference;
import io.trino.sql.tree.CurrentDate;
import io.trino.sql.tree.CurrentTime;
import io.trino.sql.tree.CurrentTimestamp;
import io.trino.sql.tree.CurrentUser;
import io.trino.sql.tree.FunctionCall;
import io.trino.sql.tree.LocalTime;
import io.trino.sql.tree.LocalTimestamp;
import io.trino.sql.tree.Node;
import io.trino.sql.tree.NodeLocation;
import io.trino.sql.tree.Query;
import io.trino.sql.tree.SampledRelation;
import io.trino.sql.tree.TableFunctionInvocation;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a model must be so that its output is a function of one LSN. */
final class ModelRules {
    private static final Set<String> UNREPEATABLE =
            Set.of("now", "random", "rand", "uuid", "shuffle", "current_timezone", "version");
    private static final Set<String> TABLE_FUNCTIONS = Set.of("sequence", "exclude_columns");

    private ModelRules() {}

    static void check(Path file, ParsedSql sql, List<TableReference> references, String trinoCatalog) {
        if (!(sql.statement() instanceof Query)) {
            throw new SluiceException(
                    ErrorCode.E1002,
                    file + ": " + sql.statement().getClass().getSimpleName() + " is not a query",
                    "a model is one SELECT (or WITH ... SELECT); the runner creates the table");
        }
        references.forEach(reference -> checkReference(file, reference, trinoCatalog));
        checkRepeatable(file, sql.statement(), Optional.empty());
    }

    private static void checkReference(Path file, TableReference reference, String trinoCatalog) {
        String where = file + ", line " + reference.line() + ": " + reference.displayName();
        if (reference.parts().size() == 1) {
            throw new SluiceException(
                    ErrorCode.E1001,
                    where + " names no schema",
                    "write bronze." + reference.table() + " or silver." + reference.table());
        }
        if (reference.parts().size() == 3 && !reference.parts().getFirst().equals(trinoCatalog)) {
            throw new SluiceException(
                    ErrorCode.E1001,
                    where + " is not in the lake, so it cannot be read as of an LSN",
                    "models read bronze tables and other models");
        }
        if (reference.table().contains("$") || reference.hasPeriod()) {
            throw new SluiceException(
                    ErrorCode.E1002,
                    where + " reads a table at a version of its own",
                    "leave out FOR ... AS OF and $ tables: the run pins every table to its LSN");
        }
    }

    private static void checkRepeatable(Path file, Node node, Optional<Node> parent) {
        unrepeatable(node).ifPresent(what -> {
            throw unrepeatable(file, node, what, "use the times in the data");
        });
        RowOrder.unsaid(node, parent).ifPresent(what -> {
            throw unrepeatable(file, node, what, "say the order by columns that are unique together, such as the key");
        });
        node.getChildren().forEach(child -> checkRepeatable(file, child, Optional.of(node)));
    }

    private static SluiceException unrepeatable(Path file, Node node, String what, String fix) {
        return new SluiceException(
                ErrorCode.E1002,
                file + ", line "
                        + node.getLocation().map(NodeLocation::getLineNumber).orElse(1) + ": " + what
                        + " gives another answer each time, but a model is a function of one LSN",
                fix);
    }

    private static Optional<String> unrepeatable(Node node) {
        return switch (node) {
            case CurrentDate _ -> Optional.of("current_date");
            case CurrentTime _ -> Optional.of("current_time");
            case CurrentTimestamp _ -> Optional.of("current_timestamp");
            case LocalTime _ -> Optional.of("localtime");
            case LocalTimestamp _ -> Optional.of("localtimestamp");
            case CurrentUser _ -> Optional.of("current_user");
            case SampledRelation _ -> Optional.of("TABLESAMPLE");
            case FunctionCall call ->
                Optional.of(call.getName().toString().toLowerCase(Locale.ENGLISH))
                        .filter(UNREPEATABLE::contains);
            case TableFunctionInvocation call ->
                Optional.of(call.getName().toString().toLowerCase(Locale.ENGLISH))
                        .filter(name -> !TABLE_FUNCTIONS.contains(name))
                        .map(name -> "the table function " + name);
            default -> Optional.empty();
        };
    }
}
