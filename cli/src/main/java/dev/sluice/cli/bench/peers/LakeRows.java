package dev.sluice.cli.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;

/** What Iceberg's reference reader finds in a table, deletes applied. */
final class LakeRows {
    private LakeRows() {}

    static boolean has(Table table, long id) {
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table)
                .where(Expressions.equal("id", id))
                .select("id")
                .build()) {
            return rows.iterator().hasNext();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rows of the head by key; a value is the text of the other columns, in the order of {@code columns}. */
    static Map<Long, List<String>> byKey(Table table, List<String> columns) {
        Map<Long, List<String>> rows = new HashMap<>();
        if (table.currentSnapshot() == null) {
            return rows;
        }
        try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
            for (Record record : records) {
                List<String> values = new ArrayList<>();
                for (String column : columns) {
                    values.add(record.struct().field(column) == null ? "(no such column)" : text(record, column));
                }
                rows.computeIfAbsent((Long) record.getField("id"), key -> new ArrayList<>())
                        .add(values.toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    private static String text(Record record, String column) {
        Object value = record.getField(column);
        return value instanceof BigDecimal number ? number.toPlainString() : String.valueOf(value);
    }

    static BigDecimal balance(Table table, long snapshot) {
        BigDecimal sum = BigDecimal.ZERO;
        try (CloseableIterable<Record> records = IcebergGenerics.read(table)
                .useSnapshot(snapshot)
                .select("balance")
                .build()) {
            for (Record record : records) {
                sum = sum.add((BigDecimal) record.getField("balance"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sum;
    }
}
