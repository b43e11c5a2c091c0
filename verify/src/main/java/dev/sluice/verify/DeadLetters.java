package dev.sluice.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.lake.AsOf;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/**
 * The dead letters of a pipeline at one LSN: rows of the source that their tables in the lake cannot hold. Lake and
 * letters together are the source. Read by names, as any reader of the lake would; shares nothing with what writes them.
 *
 * @param letters the table and its snapshot; empty when there was none yet
 */
record DeadLetters(TableIdentifier name, Optional<Letters> letters) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TABLE = "table_name";
    private static final String ROW = "payload";
    /** Of a column that a letter does not have: no text of PostgreSQL holds this character. */
    private static final byte[] NOT_THERE = {0};

    /** The table of letters, and what it was at the LSN. */
    record Letters(Table table, Snapshot snapshot) {}

    static DeadLetters at(LakeCatalog lake, String pipeline, Lsn lsn) {
        TableIdentifier name = TableIdentifier.of(Namespace.of("_sluice"), "dead_letters_" + pipeline);
        return new DeadLetters(
                name,
                lake.find(name)
                        .flatMap(table ->
                                AsOf.position(table, Position.of(lsn)).map(snapshot -> new Letters(table, snapshot))));
    }

    boolean isSameAs(DeadLetters other) {
        return snapshotId().equals(other.snapshotId());
    }

    private Optional<Long> snapshotId() {
        return letters.map(there -> there.snapshot().snapshotId());
    }

    /**
     * Hands all letters of a table to {@code rows}, as the rows of the source that they stand for.
     *
     * @return how many there are
     */
    long read(ComparedTable table, RowVisitor rows) {
        if (letters.isEmpty()) {
            return 0;
        }
        long count = 0;
        try (CloseableIterable<Record> records = new SnapshotReader(
                        letters.get().table(), letters.get().snapshot().snapshotId(), List.of(TABLE, ROW))
                .rows()) {
            for (Record record : records) {
                if (record.getField(TABLE).toString().equals(table.spec().name())) {
                    rows.row(row(record.getField(ROW).toString(), table));
                    count++;
                }
            }
            return count;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private byte[][] row(String payload, ComparedTable table) {
        byte[][] row = new byte[table.columns().size()][];
        Arrays.fill(row, NOT_THERE);
        try {
            JsonNode values = JSON.readTree(payload);
            for (int i = 0; i < row.length; i++) {
                JsonNode value = values.get(table.columns().get(i).name());
                if (value != null) {
                    row[i] = value.isNull() ? null : value.asText().getBytes(StandardCharsets.UTF_8);
                }
            }
            return row;
        } catch (JsonProcessingException e) {
            throw unreadable(e);
        }
    }

    private SluiceException unreadable(IOException cause) {
        return new SluiceException(
                ErrorCode.E1202,
                "the dead letters in " + name + " cannot be read: "
                        + cause.getClass().getSimpleName(),
                "see that the object store is reachable, then verify again",
                cause);
    }
}
