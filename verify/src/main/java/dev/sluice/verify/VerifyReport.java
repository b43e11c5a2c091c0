package dev.sluice.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The outcome of a comparison.
 *
 * @param lsn the commit LSN at which both sides were compared
 * @param oracle how the changes of the source were read
 * @param changesReplayed changes between the snapshot that was read and {@code lsn}, all tables together
 */
public record VerifyReport(
        String pipeline, Lsn lsn, String oracle, List<TableReport> tables, long changesReplayed, double seconds) {

    public VerifyReport {
        tables = List.copyOf(tables);
    }

    /** What can be said of a table, or of all. */
    public enum State {
        /** Same rows, each as often, and readers of the table see just these. */
        EQUAL("equal"),
        DIFFERENT("DIFFERENT"),
        /** It stands at an older position, and says so itself: not compared. */
        STOPPED("STOPPED"),
        /** It was taken out of the pipeline: not compared. */
        NOT_FOLLOWED("NOT FOLLOWED"),
        /** There is nothing of it in the lake yet: not compared. */
        NOT_LOADED("NOT LOADED"),
        /** Of all tables: those that were compared are equal, and there are others. */
        INCOMPLETE("INCOMPLETE");

        private final String text;

        State(String text) {
            this.text = text;
        }

        /** As reports show it. */
        public String text() {
            return text;
        }
    }

    /**
     * One table.
     *
     * @param rowsLake rows of the lake table
     * @param quarantined rows of the source that the lake keeps among the dead letters instead; part of what is equal
     * @param lakeLsn stamp of the snapshot that was read; at most the LSN of the comparison
     * @param problem why the rows could not be compared, as a column that is missing; empty when they were
     * @param findings what is wrong with the lake table whatever its rows: it is stopped, or its head is not ours
     * @param differences the first differing keys
     * @param moreDifferences whether there are others
     */
    public record TableReport(
            String table,
            State state,
            long rowsSource,
            long rowsLake,
            long quarantined,
            String hashSource,
            String hashLake,
            long snapshotId,
            Lsn lakeLsn,
            double seconds,
            String problem,
            List<String> findings,
            List<Difference> differences,
            boolean moreDifferences) {

        public TableReport {
            findings = List.copyOf(findings);
            differences = List.copyOf(differences);
        }

        /** A table that could not be compared. */
        static TableReport notCompared(String table, State state, List<String> findings) {
            return new TableReport(table, state, 0, 0, 0, "", "", 0, Lsn.ZERO, 0, "", findings, List.of(), false);
        }

        public boolean equal() {
            return state == State.EQUAL;
        }
    }

    /** How a key differs. */
    public enum Kind {
        /** In the source only. */
        MISSING,
        /** In the lake only. */
        EXTRA,
        /** In the lake more than once. */
        DUPLICATE,
        /** In both, with other values. */
        DIFFERENT
    }

    /**
     * A key that differs.
     *
     * @param key {@code column=value} of the key columns; a value that is not there is {@code NULL}
     * @param columns names of the columns whose values differ; empty unless both sides have the row
     */
    public record Difference(Kind kind, String key, List<String> columns) {
        public Difference {
            columns = List.copyOf(columns);
        }

        @Override
        public String toString() {
            String text = kind.name().toLowerCase(Locale.ROOT) + " " + key;
            return columns.isEmpty() ? text : text + " in " + String.join(", ", columns);
        }
    }

    /** Whether all tables are equal. */
    public boolean equal() {
        return state() == State.EQUAL;
    }

    /** {@link State#EQUAL}, {@link State#DIFFERENT} or {@link State#INCOMPLETE}. */
    public State state() {
        if (tables.stream().allMatch(TableReport::equal)) {
            return State.EQUAL;
        }
        return tables.stream().anyMatch(table -> table.state() == State.DIFFERENT) ? State.DIFFERENT : State.INCOMPLETE;
    }

    /** Throws E1201 or E1202 with the text of this report unless all tables are equal. */
    public VerifyReport orThrow() {
        if (state() == State.INCOMPLETE) {
            throw new SluiceException(ErrorCode.E1202, "at LSN " + lsn + "\n" + text(), "follow what it says");
        }
        if (!equal()) {
            throw new SluiceException(
                    ErrorCode.E1201,
                    "at LSN " + lsn + "\n" + text(),
                    "report it, this must not happen; then " + Remedy.LOAD_ANEW);
        }
        return this;
    }

    /** For people. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format("pipeline %s at LSN %s%n", pipeline, lsn));
        text.append(String.format("%-32s %14s %14s  %-12s %8s%n", "table", "source", "lake", "content", "seconds"));
        for (TableReport table : tables) {
            text.append(String.format(
                    "%-32s %14d %14d  %-12s %8.1f%n",
                    table.table(),
                    table.rowsSource(),
                    table.rowsLake(),
                    table.state().text(),
                    table.seconds()));
            details(table).forEach(detail -> text.append("    ").append(detail).append(System.lineSeparator()));
        }
        long rows = tables.stream().mapToLong(TableReport::rowsSource).sum();
        text.append(String.format(
                "%s: %d rows in %d tables, %d changes replayed (%s), %.1f s%n",
                equal() ? "EQUAL" : state().text(), rows, tables.size(), changesReplayed, oracle, seconds));
        return text.toString();
    }

    private static List<String> details(TableReport table) {
        List<String> details = new ArrayList<>();
        if (table.quarantined() > 0) {
            details.add(table.quarantined() + " of its rows are dead letters (E0401), which sluice replay brings back");
        }
        if (!table.problem().isEmpty()) {
            details.add(table.problem());
        }
        details.addAll(table.findings());
        table.differences().forEach(difference -> details.add(difference.toString()));
        if (table.moreDifferences()) {
            details.add("and more");
        }
        return details;
    }

    /** For programs: one JSON object. */
    public String json() {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("pipeline", pipeline).put("lsn", lsn.toString()).put("equal", equal());
        root.put("state", state().text().toLowerCase(Locale.ROOT));
        root.put("oracle", oracle).put("changesReplayed", changesReplayed).put("seconds", seconds);
        ArrayNode list = root.putArray("tables");
        tables.forEach(table -> describe(table, list.addObject()));
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values is always writable", e);
        }
    }

    private static void describe(TableReport table, ObjectNode node) {
        node.put("table", table.table()).put("equal", table.equal());
        node.put("state", table.state().text().toLowerCase(Locale.ROOT));
        node.put("rowsSource", table.rowsSource()).put("rowsLake", table.rowsLake());
        node.put("quarantined", table.quarantined());
        node.put("hashSource", table.hashSource()).put("hashLake", table.hashLake());
        node.put("snapshotId", Long.toString(table.snapshotId()));
        node.put("lakeLsn", table.lakeLsn().toString()).put("seconds", table.seconds());
        node.put("problem", table.problem()).put("moreDifferences", table.moreDifferences());
        ArrayNode findings = node.putArray("findings");
        table.findings().forEach(findings::add);
        ArrayNode differences = node.putArray("differences");
        for (Difference difference : table.differences()) {
            ObjectNode one = differences.addObject();
            one.put("kind", difference.kind().name().toLowerCase(Locale.ROOT)).put("key", difference.key());
            ArrayNode columns = one.putArray("columns");
            difference.columns().forEach(columns::add);
        }
    }
}
