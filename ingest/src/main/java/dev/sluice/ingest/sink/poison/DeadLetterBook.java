package dev.sluice.ingest.sink.poison;

import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.row.ValueForm;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.file.TableFormat;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.LakeCatalog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;

/**
 * Which rows of a pipeline are dead letters, as the committer keeps it: one page per lake commit, which says what comes in
 * and what goes out. Costs nothing while there are none: the table is made with the first letter, and only while letters
 * are open are the keys of a cut's deletes looked at. Used by the committer's thread.
 */
public final class DeadLetterBook {
    private final LakeCatalog catalog;
    private final String pipeline;
    /** Keys of the open letters, by table of the lake. */
    private final Map<String, Set<String>> open = new HashMap<>();

    private Table letters;
    private Long readAt;
    private boolean isRead;

    public DeadLetterBook(LakeCatalog catalog, String pipeline) {
        this.catalog = catalog;
        this.pipeline = pipeline;
    }

    /** Whether letters are open, so that changes may concern them. */
    public boolean hasLetters() {
        refresh();
        return !open.isEmpty();
    }

    /** Whether letters of a table are open. */
    public boolean hasLetters(SourceTable source) {
        return hasLetters() && open.containsKey(source.name());
    }

    /** Reads what is open when somebody else, such as a replay, has changed it. */
    private void refresh() {
        if (isRead && open.isEmpty()) {
            // Only this adds letters.
            return;
        }
        letters = catalog.find(DeadLetterTable.of(pipeline)).orElse(null);
        Long snapshot = letters == null || letters.currentSnapshot() == null
                ? null
                : (Long) letters.currentSnapshot().snapshotId();
        if (isRead && Objects.equals(snapshot, readAt)) {
            return;
        }
        open.clear();
        if (snapshot != null) {
            for (DeadLetterTable.Filed filed : DeadLetterTable.read(letters, Optional.empty())) {
                open.computeIfAbsent(filed.letter().table(), table -> new HashSet<>())
                        .add(filed.letter().key());
            }
        }
        readAt = snapshot;
        isRead = true;
    }

    /** The rows of a table among the dead letters, to complete later versions of them. */
    public List<byte[]> rowsOf(SourceTable source) {
        return hasLetters(source)
                ? DeadLetterTable.read(letters, Optional.of(source.name())).stream()
                        .map(filed -> filed.letter().row())
                        .toList()
                : List.of();
    }

    /**
     * What one lake commit does to the dead letters.
     *
     * @param added new ones
     * @param removed keys of those that end, by table; a letter that is replaced is in both
     */
    public record Page(List<DeadLetter> added, Map<String, Set<String>> removed) {
        public boolean isEmpty() {
            return added.isEmpty() && removed.isEmpty();
        }

        public int removedCount() {
            return removed.values().stream().mapToInt(Set::size).sum();
        }

        /** The table does not take part in the commit after all. */
        public void forget(String table) {
            added.removeIf(letter -> letter.table().equals(table));
            removed.remove(table);
        }
    }

    /** Notes what one table's part of a commit does. */
    public void note(Page page, TableFormat format, TableFiles files, boolean replacesAll, List<DeadLetter> added)
            throws IOException {
        SourceTable source = format.source();
        page.added().addAll(added);
        if (!hasLetters(source)) {
            return;
        }
        Set<String> held = open.get(source.name());
        Set<String> ended = replacesAll ? held : deletedKeys(format, files);
        Set<String> removed = new HashSet<>(held);
        removed.retainAll(ended);
        if (!removed.isEmpty()) {
            page.removed().put(source.name(), removed);
        }
    }

    /** How many letters of the table are open once the page is committed. */
    public int openAfter(Page page, SourceTable source) {
        Set<String> after = new HashSet<>(open.getOrDefault(source.name(), Set.of()));
        after.removeAll(page.removed().getOrDefault(source.name(), Set.of()));
        page.added().stream()
                .filter(letter -> letter.table().equals(source.name()))
                .forEach(letter -> after.add(letter.key()));
        return after.size();
    }

    /** How many letters of all tables are open. */
    public int openLetters() {
        return open.values().stream().mapToInt(Set::size).sum();
    }

    /** The table, to write a page into it. */
    public Table table() {
        if (letters == null) {
            letters = DeadLetterTable.create(catalog, pipeline);
        }
        return letters;
    }

    /** The page has been committed. */
    public void committed(Page page, Optional<Long> snapshot) {
        page.removed().forEach((table, keys) -> {
            Set<String> held = open.getOrDefault(table, new HashSet<>());
            held.removeAll(keys);
            if (held.isEmpty()) {
                open.remove(table);
            }
        });
        page.added()
                .forEach(letter -> open.computeIfAbsent(letter.table(), table -> new HashSet<>())
                        .add(letter.key()));
        readAt = snapshot.orElse(null);
    }

    /** The keys of older rows that a cut deletes: every change of a row that the cut did not write begins so. */
    private static Set<String> deletedKeys(TableFormat format, TableFiles files) throws IOException {
        Set<String> keys = new HashSet<>();
        SourceTable source = format.source();
        RowCursor row = new RowCursor(source.name(), source.columns().size());
        Schema schema = format.keySchema();
        for (DeleteFile file : files.deleteFiles()) {
            if (file.content() != FileContent.EQUALITY_DELETES) {
                continue;
            }
            try (CloseableIterable<Record> records = Parquet.read(
                            format.table().io().newInputFile(file.location()))
                    .project(schema)
                    .createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type))
                    .build()) {
                for (Record record : records) {
                    for (int column : source.keyColumns()) {
                        SourceTable.SourceColumn key = source.columns().get(column);
                        byte[] bytes = ValueForm.of(key.type(), record.getField(key.name()));
                        row.set(column, bytes, 0, bytes.length);
                    }
                    keys.add(RowJson.key(source, row));
                }
            }
        }
        return keys;
    }

    /** An empty page. */
    public static Page page() {
        return new Page(new ArrayList<>(), new HashMap<>());
    }

    /** The files of a page. */
    public Files write(Page page, String position, java.time.Instant commitTime) throws IOException {
        Table table = table();
        List<DataFile> added = page.added().isEmpty()
                ? List.of()
                : List.of(DeadLetterTable.write(table, page.added(), position, commitTime));
        List<DeleteFile> removed =
                page.removed().isEmpty() ? List.of() : List.of(DeadLetterTable.delete(table, page.removed()));
        return new Files(added, removed);
    }

    /** Files that a commit adds to the table of dead letters. */
    public record Files(List<DataFile> added, List<DeleteFile> removed) {}
}
