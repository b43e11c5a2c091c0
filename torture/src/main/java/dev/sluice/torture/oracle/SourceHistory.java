package dev.sluice.torture.oracle;

import dev.sluice.spec.Lsn;
import dev.sluice.verify.ComparedTable;
import dev.sluice.verify.ComparedTable.Relation;
import dev.sluice.verify.TestDecodingText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the source was: the rows of its tables as of the last position that was asked for, and the sums of each position
 * that was ever asked for. Positions are those of the lake: a transaction is in when its commit record begins at or before
 * the position; {@link Changes} knows how to read just these. Not thread-safe.
 */
public final class SourceHistory {
    /** How far back positions can be asked for, those that were passed without a stop too. */
    private static final int COMMITS_KEPT = 20_000;

    private final Map<Relation, TableRows> tables = new LinkedHashMap<>();
    /** Sums by table name, of the positions that were asked for. */
    private final TreeMap<Lsn, Map<String, RowSum.Value>> known = new TreeMap<>();
    /** Sums after each transaction, by where its commit record ends. */
    private final TreeMap<Lsn, Map<String, RowSum.Value>> afterCommits = new TreeMap<>();

    private Lsn at = Lsn.ZERO;
    /** Where the commit record ends that was read last. */
    private Lsn lastEnd = Lsn.ZERO;

    private long transactions;

    /** One transaction of the source: where its commit record ends, and its changes as test_decoding writes them. */
    public record Transaction(Lsn end, List<String> changes) {}

    /** Where transactions come from. */
    public interface Changes {
        /**
         * All transactions, in order, whose commit record begins at or before {@code position}; such as were read before
         * may come again.
         */
        List<Transaction> upTo(Lsn position) throws java.sql.SQLException;
    }

    public SourceHistory(List<ComparedTable> compared) {
        for (ComparedTable table : compared) {
            TableRows rows = new TableRows(table);
            table.relations().keySet().forEach(relation -> tables.put(relation, rows));
        }
        afterCommits.put(Lsn.ZERO, sums());
    }

    /** Goes on to {@code position}; does nothing when it is there already. */
    public void advance(Changes changes, Lsn position) throws java.sql.SQLException {
        if (position.isAtMost(at)) {
            return;
        }
        for (Transaction transaction : changes.upTo(position)) {
            if (transaction.end().isAtMost(lastEnd)) {
                continue;
            }
            transaction.changes().forEach(change -> TestDecodingText.read(change, tables));
            lastEnd = transaction.end();
            afterCommits.put(lastEnd, sums());
            transactions++;
            if (afterCommits.size() > COMMITS_KEPT) {
                afterCommits.pollFirstEntry();
            }
        }
        at = position;
        known.put(position, sums());
        if (known.size() > COMMITS_KEPT) {
            known.pollFirstEntry();
        }
    }

    private Map<String, RowSum.Value> sums() {
        Map<String, RowSum.Value> sums = new HashMap<>();
        tables.values().forEach(rows -> sums.put(rows.table().spec().name(), rows.sum()));
        return sums;
    }

    public Lsn position() {
        return at;
    }

    public long transactions() {
        return transactions;
    }

    /** The sum of a table at a position that was advanced to. */
    public Optional<RowSum.Value> sum(String table, Lsn position) {
        return Optional.ofNullable(known.get(position)).map(sums -> sums.get(table));
    }

    /**
     * The sums that a table can have had at a position that was passed without a stop. Where commit records begin is not
     * known, only where they end: so the transaction that ends next after the position may be in or not.
     */
    public List<RowSum.Value> possibleSums(String table, Lsn position) {
        List<RowSum.Value> possible = new ArrayList<>();
        Map.Entry<Lsn, Map<String, RowSum.Value>> before = afterCommits.floorEntry(position);
        if (before != null) {
            possible.add(before.getValue().get(table));
        }
        Map.Entry<Lsn, Map<String, RowSum.Value>> next = afterCommits.higherEntry(position);
        if (next != null) {
            possible.add(next.getValue().get(table));
        }
        return possible;
    }

    /** The rows of a table as of {@link #position()}. */
    public TableRows rows(String table) {
        return tables.values().stream()
                .filter(rows -> rows.table().spec().name().equals(table))
                .findFirst()
                .orElseThrow();
    }
}
