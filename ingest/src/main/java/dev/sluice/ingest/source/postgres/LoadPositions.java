package dev.sluice.ingest.source.postgres;

import dev.sluice.ingest.source.ChunkRange;
import dev.sluice.ingest.source.LoadPosition;
import dev.sluice.ingest.source.postgres.catalogue.PostgresIds;
import dev.sluice.ingest.source.postgres.load.ChunkPlanner;
import dev.sluice.ingest.source.postgres.load.SlotLoadSession;
import dev.sluice.ingest.source.postgres.load.TableSize;
import dev.sluice.ingest.source.postgres.slot.ReplicationSlot;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.Position;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the positions at which tables are loaded, and cuts the tables into ranges there. Talks to the server. */
final class LoadPositions {
    private static final Logger LOG = LoggerFactory.getLogger(LoadPositions.class);
    /** How often a TRUNCATE is looked for before a table is read once more, and how long it is waited between. */
    private static final int TRUNCATE_LOOKS = 8;

    private static final long TRUNCATE_LOOK_MILLIS = 100;
    private static final long PAUSE_MILLIS_MAX = 5_000;

    private LoadPositions() {}

    /**
     * The position at which the slot of the pipeline begins, or, when it has one already, one of a slot that vanishes
     * again.
     */
    static LoadPosition first(PostgresAdapter settings, Collection<Integer> tables, boolean makesTheSlot) {
        if (makesTheSlot) {
            dropLeftover(settings);
        }
        String slotName = makesTheSlot ? settings.slotName() : temporarySlot(settings);
        SlotLoadSession session = SlotLoadSession.open(settings.connector(), slotName, !makesTheSlot);
        try {
            session.releaseSlot();
            Map<Integer, List<ChunkRange>> chunks = plan(settings, tables, false);
            LOG.info("Loading {} tables at {}", tables.size(), session.position());
            return new LoadPosition(session, chunks, Map.of(), makesTheSlot);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /**
     * Another position for tables that were rewritten while they were read. They are read in the order of their keys,
     * which outlasts VACUUM FULL; and when they go on being rewritten, not at all if the cause turns out to be TRUNCATE.
     *
     * @param restarts how often one of the tables has been given up so far
     */
    static LoadPosition again(PostgresAdapter settings, Set<Integer> tables, int restarts) throws InterruptedException {
        Thread.sleep(Math.min(PAUSE_MILLIS_MAX, TRUNCATE_LOOK_MILLIS * restarts));
        SlotLoadSession session = SlotLoadSession.open(settings.connector(), temporarySlot(settings), true);
        boolean opened = false;
        try {
            Map<Integer, Position> truncated = restarts < 2 ? Map.of() : truncated(settings, tables, session);
            session.releaseSlot();
            Set<Integer> rest = new TreeSet<>(tables);
            rest.removeAll(truncated.keySet());
            LOG.info(
                    "Tables {} were rewritten: {} are loaded anew at {}, {} begin with a TRUNCATE",
                    tables,
                    rest.size(),
                    session.position(),
                    truncated.size());
            PublishedSource.recordTables(settings, tables);
            LoadPosition position = new LoadPosition(session, plan(settings, rest, true), truncated, false);
            opened = true;
            return position;
        } finally {
            if (!opened) {
                session.close();
            }
        }
    }

    private static Map<Integer, Position> truncated(
            PostgresAdapter settings, Set<Integer> tables, SlotLoadSession session) throws InterruptedException {
        Map<Integer, Integer> byOid = new LinkedHashMap<>();
        tables.forEach(table -> byOid.put(PostgresIds.oid(settings.tables().get(table)), table));
        Map<Integer, Long> found = Map.of();
        for (int look = 0; look < TRUNCATE_LOOKS && found.size() < tables.size(); look++) {
            Thread.sleep(TRUNCATE_LOOK_MILLIS);
            found = session.truncates(settings.publicationName(), byOid.keySet());
        }
        Map<Integer, Position> truncated = new LinkedHashMap<>();
        // The load lies before the commit that truncates: nothing of that commit is skipped.
        found.forEach((oid, lsn) -> truncated.put(byOid.get(oid), Position.of(new Lsn(lsn - 1))));
        return truncated;
    }

    private static Map<Integer, List<ChunkRange>> plan(
            PostgresAdapter settings, Collection<Integer> tables, boolean inTheOrderOfKeys) {
        Map<Integer, List<ChunkRange>> chunks = new LinkedHashMap<>();
        try (Connection connection = settings.connector().query()) {
            for (int table : tables) {
                SourceTable source = settings.tables().get(table);
                TableSize size = TableSize.read(connection, source);
                chunks.put(
                        table,
                        inTheOrderOfKeys
                                ? List.of(ChunkPlanner.keys(size))
                                : new ArrayList<>(ChunkPlanner.pages(size, settings.chunkBytes())));
            }
        } catch (SQLException e) {
            LOG.debug("A connection did not close cleanly", e);
        }
        return chunks;
    }

    private static String temporarySlot(PostgresAdapter settings) {
        return settings.slotName() + "_load";
    }

    /** The slot's name is the lake's own, and the lake holds nothing yet: it is of a load that did not end. */
    private static void dropLeftover(PostgresAdapter settings) {
        try (Connection connection = settings.connector().query()) {
            new ReplicationSlot(settings.slotName()).drop(connection);
        } catch (SQLException e) {
            throw new SluiceException(ErrorCode.E0201, "preparing the source failed", "", e);
        }
    }
}
