package dev.sluice.torture.check;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.torture.oracle.SourceHistory;
import dev.sluice.verify.ComparedTable;
import dev.sluice.verify.ComparedTable.Column;
import dev.sluice.verify.ComparedTable.Relation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A source of three small tables that exists only as what test_decoding would say of it. Transaction {@code n} has its
 * commit record from {@code n * 1000} to {@code n * 1000 + 80}.
 */
final class ScriptedSource implements SourceHistory.Changes {
    static final String CHECKING = "checking";
    static final String SAVINGS = "savings";
    static final String DOCS = "docs";

    private static final ComparedTable ACCOUNTS_OF_CHECKING = accounts(CHECKING);
    private static final ComparedTable ACCOUNTS_OF_SAVINGS = accounts(SAVINGS);
    private static final ComparedTable DOCUMENTS = new ComparedTable(
            new TableSpec("public", DOCS, List.of()),
            3,
            Map.of(new Relation("public", DOCS), 3L),
            false,
            List.of(new Column("id", "int"), new Column("title", "string"), new Column("body", "string")),
            new int[] {0});

    private final List<SourceHistory.Transaction> transactions = new ArrayList<>();
    /** Rows by table and id after each transaction. */
    private final List<Map<String, TreeMap<Integer, List<Object>>>> states = new ArrayList<>();

    private final Map<String, TreeMap<Integer, List<Object>>> now = new LinkedHashMap<>();
    private List<String> changes = new ArrayList<>();

    ScriptedSource() {
        tables().forEach(table -> now.put(table.spec().name(), new TreeMap<>()));
        states.add(copy());
    }

    private static ComparedTable accounts(String name) {
        return new ComparedTable(
                new TableSpec("public", name, List.of()),
                1,
                Map.of(new Relation("public", name), 1L),
                false,
                List.of(new Column("id", "int"), new Column("balance", "long")),
                new int[] {0});
    }

    static List<ComparedTable> tables() {
        return List.of(ACCOUNTS_OF_CHECKING, ACCOUNTS_OF_SAVINGS, DOCUMENTS);
    }

    /** Where the commit record of a transaction begins: the position of the lake that has it. */
    static Lsn position(int transaction) {
        return new Lsn(transaction * 1_000L);
    }

    ScriptedSource balance(String table, int id, long balance) {
        String kind = now.get(table).containsKey(id) ? "UPDATE" : "INSERT";
        changes.add("table public." + table + ": " + kind + ": id[integer]:" + id + " balance[bigint]:" + balance);
        now.get(table).put(id, List.of(id, balance));
        return this;
    }

    ScriptedSource document(int id, String title, String body) {
        changes.add("table public.docs: INSERT: id[integer]:" + id + " title[text]:'" + title + "' body[text]:'" + body
                + "'");
        now.get(DOCS).put(id, List.of(id, title, body));
        return this;
    }

    /** The body is large and does not change, so it is not sent. */
    ScriptedSource retitle(int id, String title) {
        changes.add("table public.docs: UPDATE: id[integer]:" + id + " title[text]:'" + title
                + "' body[text]:unchanged-toast-datum");
        now.get(DOCS).put(id, List.of(id, title, now.get(DOCS).get(id).get(2)));
        return this;
    }

    ScriptedSource renumber(int id, int to) {
        List<Object> row = now.get(DOCS).remove(id);
        changes.add("table public.docs: UPDATE: old-key: id[integer]:" + id + " new-tuple: id[integer]:" + to
                + " title[text]:'" + row.get(1) + "' body[text]:unchanged-toast-datum");
        now.get(DOCS).put(to, List.of(to, row.get(1), row.get(2)));
        return this;
    }

    ScriptedSource drop(int id) {
        changes.add("table public.docs: DELETE: id[integer]:" + id);
        now.get(DOCS).remove(id);
        return this;
    }

    void commit() {
        Lsn end = new Lsn(position(transactions.size() + 1).value() + 80);
        transactions.add(new SourceHistory.Transaction(end, changes));
        changes = new ArrayList<>();
        states.add(copy());
    }

    private Map<String, TreeMap<Integer, List<Object>>> copy() {
        Map<String, TreeMap<Integer, List<Object>>> copy = new HashMap<>();
        now.forEach((table, rows) -> copy.put(table, new TreeMap<>(rows)));
        return copy;
    }

    /** The rows of a table after a transaction, by id. */
    TreeMap<Integer, List<Object>> rows(String table, int transaction) {
        return states.get(transaction).get(table);
    }

    @Override
    public List<SourceHistory.Transaction> upTo(Lsn position) {
        List<SourceHistory.Transaction> in = new ArrayList<>();
        for (int i = 0; i < transactions.size(); i++) {
            if (position(i + 1).isAtMost(position)) {
                in.add(transactions.get(i));
            }
        }
        return in;
    }
}
