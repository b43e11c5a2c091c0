package dev.sluice.ingest.source.postgres.stream;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.source.LoadedTables;
import dev.sluice.ingest.source.postgres.catalogue.PostgresIds;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns pgoutput messages (protocol version 1) into batches. It knows where transactions begin and end, and drops whole
 * transactions, per table, by commit LSN; the LSN of a single event is never looked at. Not thread-safe. Source:
 * PostgreSQL documentation, "Logical Replication Message Formats".
 */
final class PgOutputDecoder {
    static final int BATCH_BYTES = 256 << 10;
    private static final int BATCH_CHANGES_MAX = 32 << 10;
    private static final long MICROS_FROM_1970_TO_2000 = 946_684_800_000_000L;

    /** A table of the pipeline as seen by this session. */
    private static final class Published {
        final TableChanges changes;
        final int number;
        final long skipTo;
        int countedBytes;
        boolean known;
        boolean stopped;
        /**
         * The commit LSN of the transaction in whose middle the table begins, with a TRUNCATE: the lake has none of the rows
         * that the transaction changes before it. Zero when there is none, or when the TRUNCATE was met.
         */
        long truncatedIn;

        Optional<String> difference = Optional.empty();

        Published(int number, TableChanges changes, long skipTo) {
            this.number = number;
            this.changes = changes;
            this.skipTo = skipTo;
        }
    }

    private final MessageCursor cursor = new MessageCursor();
    private final Map<Integer, Published> published = new HashMap<>();
    private final List<Published> inOrder = new ArrayList<>();
    private final List<Batch> sealed = new ArrayList<>();
    private final int changeBytesMax;
    private int sealedBytes;
    private int openBytes;

    private boolean inTransaction;
    private long commitLsn;
    private long commitMicros;
    /** Every transaction with a commit LSN up to here is in the batches. */
    private long position;

    private long positionMicros;
    private long emittedPosition;
    /** Loads that are announced when everything up to their LSN is in the batches, in this order. */
    private final Deque<LoadedTables> toAnnounce;

    /**
     * @param loaded loads to be announced between the changes up to their LSN and those after it, in the order of LSNs
     * @param position every transaction with a commit LSN up to here was emitted before
     * @param skipTo for each table, transactions with a commit LSN up to here are dropped
     * @param stopped tables whose changes are dropped, whatever their LSN
     */
    PgOutputDecoder(
            List<SourceTable> tables,
            long position,
            List<Long> skipTo,
            Set<Integer> stopped,
            List<LoadedTables> loaded) {
        this(tables, position, skipTo, stopped, loaded, RowForm.CHANGE_BYTES_MAX);
    }

    /** @param changeBytesMax a table with a larger change is stopped */
    PgOutputDecoder(
            List<SourceTable> tables,
            long position,
            List<Long> skipTo,
            Set<Integer> stopped,
            List<LoadedTables> loaded,
            int changeBytesMax) {
        this.changeBytesMax = changeBytesMax;
        long everywhere = position;
        boolean first = true;
        for (int i = 0; i < tables.size(); i++) {
            if (stopped.contains(i)) {
                continue;
            }
            long skip = unsignedMax(position, skipTo.get(i));
            Published table = new Published(i, new TableChanges(i, tables.get(i)), skip);
            published.put(PostgresIds.oid(tables.get(i)), table);
            inOrder.add(table);
            everywhere = first || Long.compareUnsigned(skip, everywhere) < 0 ? skip : everywhere;
            first = false;
        }
        this.position = everywhere;
        this.emittedPosition = everywhere;
        this.toAnnounce = new ArrayDeque<>(loaded);
        for (LoadedTables load : loaded) {
            if (load.place() == LoadedTables.Place.WITH_ITS_TRUNCATE) {
                inOrder.stream()
                        .filter(table -> load.tables().contains(table.number))
                        .forEach(table -> table.truncatedIn = load.lsn() + 1);
            }
        }
        announceUpTo(everywhere);
    }

    /**
     * Every transaction with a commit LSN up to here is in the lake, whatever was emitted before: no position below is
     * told. Otherwise the first cut of a run could end before the lake, and the next one begin there. To be called before
     * the first message.
     */
    void isInTheLake(long lsn) {
        if (Long.compareUnsigned(lsn, position) > 0) {
            position = lsn;
            emittedPosition = lsn;
            announceUpTo(lsn);
        }
    }

    boolean inTransaction() {
        return inTransaction;
    }

    /** Every transaction with a commit LSN up to here is in the batches taken or waiting. */
    long position() {
        return position;
    }

    /** Whether {@link #takeAll} would tell anything new. */
    boolean hasNews() {
        return position != emittedPosition || !sealed.isEmpty();
    }

    /** Bytes of batches that are complete. */
    int sealedBytes() {
        return sealedBytes;
    }

    /** Bytes that wait, roughly. */
    int pendingBytes() {
        return sealedBytes + openBytes;
    }

    /** Takes one message. An exception leaves the decoder unusable. */
    void accept(byte[] message, int from, int to) {
        cursor.reset(message, from, to);
        byte type = cursor.int8();
        switch (type) {
            case 'I' -> insert();
            case 'U' -> update();
            case 'D' -> delete();
            case 'B' -> begin();
            case 'C' -> commit();
            case 'R' -> relation();
            case 'T' -> truncate();
            case 'Y', 'O', 'M' -> {}
            default -> throw cursor.malformed("an unknown type");
        }
    }

    /** The server has sent everything that begins before {@code lsn}. Has no effect inside a transaction. */
    void sentUpTo(long lsn) {
        // A commit record may begin exactly at lsn, so only what is before it is known to be here.
        if (!inTransaction && lsn != 0 && Long.compareUnsigned(lsn - 1, position) > 0) {
            position = lsn - 1;
            announceUpTo(position);
        }
    }

    /** The complete batches of an open transaction; the rest follows. */
    List<Batch> takeSealed() {
        List<Batch> batches = new ArrayList<>(sealed);
        sealed.clear();
        sealedBytes = 0;
        return batches;
    }

    /**
     * Inside a transaction, what was gathered before it, then a sign of progress: empty when there is none of both. What
     * stays, and {@link #takeSealed} gives, are changes of the open transaction alone, with a word of it in front.
     */
    List<Batch> takeComplete() {
        sealAll();
        List<Batch> complete = new ArrayList<>();
        List<Batch> open = new ArrayList<>(List.of(new Batch.Open(commitLsn)));
        for (Batch batch : sealed) {
            if (!(batch instanceof ChangeRows changes)) {
                complete.add(batch);
                continue;
            }
            int before = changes.changesBefore(commitLsn);
            if (before == changes.count()) {
                complete.add(changes);
            } else if (before == 0) {
                open.add(changes);
            } else {
                complete.add(changes.first(before, positionMicros));
                open.add(changes.after(before));
            }
        }
        sealed.clear();
        sealed.addAll(open);
        if (position != emittedPosition) {
            complete.add(new Batch.Progress(position, positionMicros));
            emittedPosition = position;
        }
        return complete;
    }

    /** Everything gathered, then a sign of progress. Only between transactions. */
    List<Batch> takeAll() {
        if (inTransaction) {
            throw new IllegalStateException("a transaction is open");
        }
        sealAll();
        List<Batch> batches = takeSealed();
        if (position != emittedPosition) {
            batches.add(new Batch.Progress(position, positionMicros));
            emittedPosition = position;
        }
        return batches;
    }

    private void begin() {
        if (inTransaction) {
            throw cursor.malformed("a beginning inside a transaction");
        }
        commitLsn = cursor.int64();
        commitMicros = cursor.int64() + MICROS_FROM_1970_TO_2000;
        cursor.int32();
        cursor.expectEnd();
        inTransaction = true;
        announceUpTo(commitLsn - 1);
    }

    private void commit() {
        cursor.int8();
        long lsn = cursor.int64();
        cursor.int64();
        cursor.int64();
        cursor.expectEnd();
        if (!inTransaction || lsn != commitLsn) {
            throw cursor.malformed("the commit LSN " + new Lsn(lsn) + " where "
                    + (inTransaction ? new Lsn(commitLsn).toString() : "no transaction") + " was begun");
        }
        inTransaction = false;
        if (Long.compareUnsigned(lsn, position) > 0) {
            position = lsn;
            positionMicros = commitMicros;
        }
        while (isWithItsTruncate()
                && Long.compareUnsigned(lsn, toAnnounce.element().lsn()) > 0) {
            announce();
        }
    }

    private void relation() {
        Relation relation = Relation.read(cursor);
        Published table = published.get(relation.oid());
        if (table != null) {
            table.known = true;
            table.difference = relation.differenceFrom(table.changes.table());
            table.changes.columns(relation.carried(table.changes.table()));
        }
    }

    private void insert() {
        Published table = changedTable();
        if (table == null) {
            return;
        }
        expectTag('N');
        int row = table.changes.row(cursor, RowForm.NO_ROW);
        add(table, ChangeRows.INSERT, row, RowForm.NO_ROW);
    }

    private void update() {
        Published table = changedTable();
        if (table == null) {
            return;
        }
        byte tag = cursor.int8();
        int old = RowForm.NO_ROW;
        boolean full = tag == 'O';
        if (tag == 'K' || full) {
            old = table.changes.row(cursor, RowForm.NO_ROW);
            tag = cursor.int8();
        }
        if (tag != 'N') {
            throw cursor.malformed("no new row");
        }
        int row = table.changes.row(cursor, full ? old : RowForm.NO_ROW);
        add(table, ChangeRows.UPDATE, row, old);
    }

    private void delete() {
        Published table = changedTable();
        if (table == null) {
            return;
        }
        byte tag = cursor.int8();
        if (tag != 'K' && tag != 'O') {
            throw cursor.malformed("no old row");
        }
        int old = table.changes.row(cursor, RowForm.NO_ROW);
        add(table, ChangeRows.DELETE, RowForm.NO_ROW, old);
    }

    private void truncate() {
        int count = cursor.int32();
        cursor.int8();
        for (int i = 0; i < count; i++) {
            int oid = cursor.int32();
            Published table = published.get(oid);
            if (table != null && table.truncatedIn == commitLsn) {
                table.truncatedIn = 0;
            }
            if (changedTable(oid) != null) {
                seal(table);
                table.changes.add(ChangeRows.TRUNCATE, RowForm.NO_ROW, RowForm.NO_ROW, commitLsn, commitMicros);
                seal(table);
            }
        }
        cursor.expectEnd();
    }

    /** Reads a relation id; null when its changes are not wanted: another table, or the lake has them. */
    private Published changedTable() {
        return changedTable(cursor.int32());
    }

    private Published changedTable(int oid) {
        if (!inTransaction) {
            throw cursor.malformed("a change outside a transaction");
        }
        Published table = published.get(oid);
        if (table == null || table.stopped || isSkipped(table)) {
            return null;
        }
        if (!table.known) {
            throw cursor.malformed("a change of a table that was not described");
        }
        if (table.difference.isPresent()) {
            stop(table);
            return null;
        }
        if (cursor.size() > changeBytesMax) {
            stopLarge(oid, table);
            return null;
        }
        return table;
    }

    private boolean isSkipped(Published table) {
        return Long.compareUnsigned(commitLsn, table.skipTo) <= 0 || table.truncatedIn == commitLsn;
    }

    /** A change that would not fit in the heap. */
    private void stopLarge(int oid, Published table) {
        SourceTable source = table.changes.table();
        String name = source.schema() + "." + source.name();
        sealed.add(new Batch.Stop(new TableStop(
                table.number,
                ErrorCode.E0410,
                "a change of " + name + " in commit " + new Lsn(commitLsn) + " has " + cursor.size()
                        + " bytes, and the largest that fits is " + changeBytesMax
                        + ", a fifth of the TaskManager's heap",
                "give the TaskManager a heap of " + ((cursor.size() * 5L >> 20) + 1)
                        + " MB (taskmanager.memory.task.heap.size) or exclude the large column; then sluice resync "
                        + source.name())));
        published.remove(oid);
    }

    /** The others go on. What this table has in the open transaction is given up by whoever hears of the stop. */
    private void stop(Published table) {
        SourceTable source = table.changes.table();
        seal(table);
        table.stopped = true;
        sealed.add(new Batch.Stop(new TableStop(
                table.number,
                ErrorCode.E0404,
                "table " + source.qualifiedName() + " is not what it was when the pipeline started: "
                        + table.difference.get() + " before commit " + new Lsn(commitLsn),
                Remedy.resync(source.name()))));
    }

    private void add(Published table, byte operation, int newOffset, int oldOffset) {
        cursor.expectEnd();
        table.changes.add(operation, newOffset, oldOffset, commitLsn, commitMicros);
        openBytes += table.changes.bytesUsed() - table.countedBytes;
        table.countedBytes = table.changes.bytesUsed();
        if (table.changes.bytesUsed() >= BATCH_BYTES || table.changes.count() >= BATCH_CHANGES_MAX) {
            seal(table);
        }
    }

    private void seal(Published table) {
        int bytes = table.changes.bytesUsed();
        Batch batch = table.changes.seal();
        if (batch != null) {
            sealed.add(batch);
            sealedBytes += bytes;
            openBytes -= table.countedBytes;
            table.countedBytes = 0;
        }
    }

    private void sealAll() {
        for (Published table : inOrder) {
            seal(table);
        }
    }

    private void announceUpTo(long lsn) {
        while (!toAnnounce.isEmpty()
                && !isWithItsTruncate()
                && Long.compareUnsigned(lsn, toAnnounce.element().lsn()) >= 0) {
            announce();
        }
    }

    /** Such a load is nothing without the transaction that truncates its table, and is told at the end of that one. */
    private boolean isWithItsTruncate() {
        return !toAnnounce.isEmpty() && toAnnounce.element().place() == LoadedTables.Place.WITH_ITS_TRUNCATE;
    }

    private void announce() {
        sealAll();
        sealed.add(toAnnounce.remove().toBatch());
    }

    private void expectTag(char expected) {
        if (cursor.int8() != expected) {
            throw cursor.malformed("no row");
        }
    }

    private static long unsignedMax(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0 ? a : b;
    }
}
