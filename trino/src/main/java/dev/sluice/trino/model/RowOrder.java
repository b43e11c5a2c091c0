package dev.sluice.trino.model;

import io.trino.sql.tree.AllRows;
import io.trino.sql.tree.FetchFirst;
import io.trino.sql.tree.FunctionCall;
import io.trino.sql.tree.Limit;
import io.trino.sql.tree.Node;
import io.trino.sql.tree.Query;
import io.trino.sql.tree.QuerySpecification;
import io.trino.sql.tree.WindowSpecification;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Where the result of a query depends on the order in which the engine happens to read rows. An order that leaves ties
 * is not seen here: whether a column is unique is known by the model's tests.
 */
final class RowOrder {
    private static final Set<String> ORDERED_AGGREGATES =
            Set.of("array_agg", "listagg", "multimap_agg", "arbitrary", "any_value", "reservoir_sample");
    private static final Set<String> ORDERED_WINDOW_FUNCTIONS =
            Set.of("row_number", "ntile", "lag", "lead", "first_value", "last_value", "nth_value");
    /** What an array is put into to make its order not matter. */
    private static final Set<String> ORDER_FREE = Set.of("array_sort", "cardinality");

    private RowOrder() {}

    /** What hangs on the order in {@code node} itself, its children left out; empty when nothing does. */
    static Optional<String> unsaid(Node node, Optional<Node> parent) {
        return switch (node) {
            case Query query ->
                cut(
                        query.getLimit(),
                        query.getOffset().isPresent(),
                        query.getOrderBy().isPresent());
            case QuerySpecification query ->
                cut(
                        query.getLimit(),
                        query.getOffset().isPresent(),
                        query.getOrderBy().isPresent());
            case FunctionCall call -> ofCall(call, parent);
            default -> Optional.empty();
        };
    }

    private static Optional<String> cut(Optional<Node> limit, boolean offset, boolean ordered) {
        boolean limited = limit.filter(node -> !(node instanceof Limit rows && rows.getRowCount() instanceof AllRows))
                .isPresent();
        if (ordered || !limited && !offset) {
            return Optional.empty();
        }
        String what = !limited ? "OFFSET" : limit.get() instanceof FetchFirst ? "FETCH FIRST" : "LIMIT";
        return Optional.of(what + " without ORDER BY");
    }

    private static Optional<String> ofCall(FunctionCall call, Optional<Node> parent) {
        String name = call.getName().toString().toLowerCase(Locale.ENGLISH);
        boolean windowOrdered = call.getWindow()
                .map(window -> !(window instanceof WindowSpecification written)
                        || written.getOrderBy().isPresent())
                .orElse(false);
        boolean concerned = ORDERED_AGGREGATES.contains(name) || ORDERED_WINDOW_FUNCTIONS.contains(name);
        if (!concerned || windowOrdered || call.getOrderBy().isPresent() || isOrderFree(parent)) {
            return Optional.empty();
        }
        return Optional.of(name + " without ORDER BY");
    }

    private static boolean isOrderFree(Optional<Node> parent) {
        return parent.filter(FunctionCall.class::isInstance)
                .map(FunctionCall.class::cast)
                .filter(call -> call.getArguments().size() == 1)
                .filter(call -> ORDER_FREE.contains(call.getName().toString().toLowerCase(Locale.ENGLISH)))
                .isPresent();
    }
}
