package dev.sluice.ingest.source;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds another position for tables that cannot be read where they were: they were rewritten, or the snapshot is lost.
 * What the other tables have read is kept. Used by the enumerator's thread; talks to the server elsewhere.
 */
final class LoadRepair {
    private static final Logger LOG = LoggerFactory.getLogger(LoadRepair.class);
    /** Pauses grow to five seconds, so this takes some minutes. */
    private static final int RESTARTS_MAX = 60;

    private final SourceAdapter adapter;
    private final SplitEnumeratorContext<PipelineSplit> context;
    private final TableLoads loads;
    private final OpenSessions sessions;
    private final Runnable changed;
    private final Consumer<TableStop> stop;
    private boolean isMoving;

    /**
     * @param changed called when tables were given up or begun
     * @param stop called when a table is given up for good
     */
    LoadRepair(
            SourceAdapter adapter,
            SplitEnumeratorContext<PipelineSplit> context,
            TableLoads loads,
            OpenSessions sessions,
            Runnable changed,
            Consumer<TableStop> stop) {
        this.adapter = adapter;
        this.context = context;
        this.loads = loads;
        this.sessions = sessions;
        this.changed = changed;
        this.stop = stop;
    }

    /** A table does not hold any more what it held at its position. */
    void rewritten(int table, long lsn) {
        if (giveUp(table, lsn)) {
            changed.run();
            move();
        }
    }

    /** A reader could not import a snapshot: it is taken over from another reader, or its tables move. */
    void snapshotLost(long lsn) {
        LoadSession session = loads.session(lsn);
        if (!loads.isActive(lsn) || session == null) {
            return;
        }
        Set<String> names = loads.heldNames(lsn);
        context.callAsync(() -> session.holdAgain(names), (isHeld, failure) -> {
            if (failure != null) {
                throw JobFailures.forFlink(failure);
            }
            if (isHeld) {
                loads.renamed(lsn, session.snapshotName());
                changed.run();
                return;
            }
            List<Integer> unfinished = loads.unfinished(lsn);
            LOG.warn(
                    "{} {}: nobody holds the snapshot at {} any more; the {} tables that were not complete are loaded at"
                            + " another position",
                    ErrorCode.E0302,
                    ErrorCode.E0302.title(),
                    session.position(),
                    unfinished.size());
            unfinished.forEach(table -> giveUp(table, lsn));
            changed.run();
            move();
        });
    }

    private boolean giveUp(int table, long lsn) {
        if (loads.isAnnounced(table)) {
            throw new SluiceException(
                    ErrorCode.E0302,
                    name(table) + " was complete, and a reader of it failed afterwards",
                    "nothing to do: the load starts over from the last checkpoint");
        }
        int restarts = loads.giveUp(table, lsn);
        if (restarts == 0) {
            return false;
        }
        if (restarts > RESTARTS_MAX) {
            stop.accept(new TableStop(
                    table,
                    ErrorCode.E0303,
                    name(table) + " was rewritten " + restarts
                            + " times while it was being loaded, each time before all" + " of it was read",
                    "let the statements that rewrite it (ALTER TABLE ... TYPE, VACUUM FULL, CLUSTER) rest, then run:"
                            + " sluice resync " + adapter.tables().get(table).name()));
            return false;
        }
        if (!loads.isActive(lsn) && loads.session(lsn) != null) {
            sessions.close(loads.session(lsn));
        }
        return true;
    }

    private String name(int table) {
        SourceTable source = adapter.tables().get(table);
        return source.schema() + "." + source.name();
    }

    /** One position at a time: a slot waits for running transactions, and tables that follow meanwhile go together. */
    private void move() {
        Set<Integer> tables = loads.homeless();
        if (isMoving || tables.isEmpty()) {
            return;
        }
        isMoving = true;
        int restarts = loads.restarts(tables);
        context.callAsync(
                () -> {
                    LoadPosition position = adapter.loadAgain(tables, restarts);
                    sessions.add(position.session());
                    return position;
                },
                (position, failure) -> {
                    isMoving = false;
                    if (failure != null) {
                        throw JobFailures.forFlink(failure);
                    }
                    loads.begin(position);
                    if (position.chunks().isEmpty()) {
                        sessions.close(position.session());
                    }
                    changed.run();
                    move();
                });
    }
}
