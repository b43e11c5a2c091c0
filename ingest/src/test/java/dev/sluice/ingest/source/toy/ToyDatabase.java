package dev.sluice.ingest.source.toy;

import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A database that has nothing of PostgreSQL: tables of numbered texts in this JVM, a log of transactions that are counted
 * from 1, and positions that read {@code step 17}. It forgets the log as far as it was acknowledged.
 */
public final class ToyDatabase {
    private static final Map<String, ToyDatabase> ALL = new ConcurrentHashMap<>();

    /** @param value null for a row that is deleted; otherwise the row is put there, whether there was one or not */
    public record Change(int table, long id, String value) {}

    record Transaction(long number, List<Change> changes) {}

    final String name;
    volatile String identity;
    private final List<String> tables;
    private final List<Transaction> log = new ArrayList<>();
    private long acknowledged;
    private int dropped = -1;
    /** Goes up when every open feed is to break. */
    final AtomicInteger cuts = new AtomicInteger();
    /** Feeds that broke for it. */
    public final AtomicInteger brokenFeeds = new AtomicInteger();

    public ToyDatabase(String name, String... tables) {
        this.name = name;
        this.identity = name + "/1";
        this.tables = List.of(tables);
        ALL.put(name, this);
    }

    static ToyDatabase of(String name) {
        return ALL.get(name);
    }

    public List<SourceTable> tables() {
        return tables.stream()
                .map(table -> new SourceTable(
                        "toy." + table,
                        "toy",
                        table,
                        List.of(
                                new SourceColumn("id", true, Scalar.BIGINT, "number"),
                                new SourceColumn("value", false, Scalar.TEXT, "words")),
                        List.of(0),
                        false))
                .toList();
    }

    /** Commits one transaction; returns its number. */
    public synchronized long commit(List<Change> changes) {
        log.add(new Transaction(log.size() + 1L, List.copyOf(changes)));
        notifyAll();
        return log.size();
    }

    public synchronized long last() {
        return log.size();
    }

    /** The rows of a table behind the transaction with this number. */
    public synchronized SortedMap<Long, String> rowsAt(int table, long number) {
        SortedMap<Long, String> rows = new TreeMap<>();
        log.stream()
                .filter(transaction -> transaction.number() <= number)
                .flatMap(transaction -> transaction.changes().stream())
                .filter(change -> change.table() == table)
                .forEach(change -> {
                    if (change.value() == null) {
                        rows.remove(change.id());
                    } else {
                        rows.put(change.id(), change.value());
                    }
                });
        return rows;
    }

    /** The first transaction behind this number, waited for a moment; null when there is none. */
    synchronized Transaction after(long number) throws InterruptedException {
        if (number < acknowledged) {
            throw new IllegalStateException(
                    "transactions up to " + acknowledged + " are forgotten; asked from " + number);
        }
        if (number >= log.size()) {
            wait(20);
        }
        return number < log.size() ? log.get((int) number) : null;
    }

    synchronized void acknowledge(long number) {
        acknowledged = Math.max(acknowledged, number);
    }

    public synchronized long acknowledged() {
        return acknowledged;
    }

    /** Breaks every open feed. */
    public void cutFeeds() {
        cuts.incrementAndGet();
    }

    /** Somebody drops a table: its changes are not in the log any more. */
    public synchronized void drop(int table) {
        dropped = table;
    }

    synchronized int dropped() {
        return dropped;
    }

    /** Somebody puts another database in the place of this one. */
    public void replace() {
        identity = name + "/2";
    }
}
