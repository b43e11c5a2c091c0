package dev.sluice.trino.sql;

import static dev.sluice.trino.sql.TableReference.Form;

import io.trino.sql.tree.AliasedRelation;
import io.trino.sql.tree.CreateTableAsSelect;
import io.trino.sql.tree.Delete;
import io.trino.sql.tree.Identifier;
import io.trino.sql.tree.Insert;
import io.trino.sql.tree.Merge;
import io.trino.sql.tree.Node;
import io.trino.sql.tree.NodeLocation;
import io.trino.sql.tree.Query;
import io.trino.sql.tree.Table;
import io.trino.sql.tree.TableFunctionTableArgument;
import io.trino.sql.tree.Update;
import io.trino.sql.tree.With;
import io.trino.sql.tree.WithQuery;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Walks a statement as Trino's analyzer does: a one-part name is a CTE where one of that name is in scope, else a table.
 */
final class TableReferences {
    private final String text;
    private final List<TableReference> found = new ArrayList<>();

    private TableReferences(String text) {
        this.text = text;
    }

    static List<TableReference> of(ParsedSql sql) {
        TableReferences references = new TableReferences(sql.text());
        references.visit(sql.statement(), new Place(Set.of(), false, false));
        references.found.sort(Comparator.comparingInt(TableReference::nameStart));
        return List.copyOf(references.found);
    }

    /** What is around a node: the CTEs in scope, and whether it stands directly under an alias or in a table argument. */
    private record Place(Set<String> ctes, boolean aliased, boolean argument) {
        Place plain() {
            return new Place(ctes, false, false);
        }

        Place with(Set<String> names) {
            return new Place(names, false, false);
        }
    }

    private void visit(Node node, Place place) {
        switch (node) {
            case Query query -> visitQuery(query, place);
            case Table table -> visitTable(table, place);
            case AliasedRelation aliased ->
                visit(aliased.getRelation(), new Place(place.ctes(), true, place.argument()));
            case TableFunctionTableArgument argument -> {
                visit(argument.getTable(), new Place(place.ctes(), false, true));
                visitAll(argument.getPartitionBy().orElse(List.of()), place.plain());
            }
            case Insert insert -> visit(insert.getQuery(), place.plain());
            case CreateTableAsSelect create -> visit(create.getQuery(), place.plain());
            case Delete delete -> delete.getWhere().ifPresent(where -> visit(where, place.plain()));
            case Update update -> {
                visitAll(update.getAssignments(), place.plain());
                update.getWhere().ifPresent(where -> visit(where, place.plain()));
            }
            case Merge merge -> {
                visit(merge.getSource(), place.plain());
                visit(merge.getPredicate(), place.plain());
                visitAll(merge.getMergeCases(), place.plain());
            }
            default -> visitAll(node.getChildren(), place.plain());
        }
    }

    private void visitAll(List<? extends Node> nodes, Place place) {
        nodes.forEach(node -> visit(node, place));
    }

    /** Each CTE sees the ones before it (and itself when recursive); the body sees all; an inner one hides an outer one. */
    private void visitQuery(Query query, Place place) {
        Set<String> names = new HashSet<>(place.ctes());
        if (query.getWith().isPresent()) {
            With with = query.getWith().get();
            for (WithQuery withQuery : with.getQueries()) {
                String name = lower(withQuery.getName());
                if (with.isRecursive()) {
                    names.add(name);
                }
                visit(withQuery.getQuery(), place.with(Set.copyOf(names)));
                names.add(name);
            }
        }
        for (Node child : query.getChildren()) {
            if (!(child instanceof With)) {
                visit(child, place.with(names));
            }
        }
    }

    private void visitTable(Table table, Place place) {
        List<Identifier> identifiers = table.getName().getOriginalParts();
        if (identifiers.size() == 1 && place.ctes().contains(lower(identifiers.getFirst()))) {
            return;
        }
        NodeLocation first = identifiers.getFirst().getLocation().orElseThrow();
        Identifier last = identifiers.getLast();
        int nameStart = offset(first);
        int nameEnd = offset(last.getLocation().orElseThrow()) + writtenLength(last);
        int start = offset(table.getLocation().orElseThrow());
        Form form = place.argument() ? Form.TABLE_ARGUMENT : start != nameStart ? Form.TABLE_STATEMENT : Form.RELATION;
        found.add(new TableReference(
                identifiers.stream().map(TableReferences::lower).toList(),
                form,
                place.aliased(),
                table.getQueryPeriod().isPresent(),
                start,
                nameStart,
                nameEnd,
                first.getLineNumber(),
                first.getColumnNumber()));
        // A period holds an expression, and an expression may hold a query.
        visitAll(table.getChildren(), place.plain());
    }

    private static String lower(Identifier identifier) {
        return identifier.getValue().toLowerCase(Locale.ENGLISH);
    }

    private static int writtenLength(Identifier identifier) {
        String value = identifier.getValue();
        if (!identifier.isDelimited()) {
            return value.length();
        }
        return 2 + value.length() + (int) value.chars().filter(c -> c == '"').count();
    }

    /** The parser counts lines by '\n' and columns, from 1, in code points. */
    private int offset(NodeLocation location) {
        int lineStart = 0;
        for (int line = 1; line < location.getLineNumber(); line++) {
            lineStart = text.indexOf('\n', lineStart) + 1;
        }
        return text.offsetByCodePoints(lineStart, location.getColumnNumber() - 1);
    }
}
