package dev.sluice.ingest.postgres;

import dev.sluice.ingest.postgres.connection.SqlErrors;
import dev.sluice.ingest.postgres.slot.Publication;
import dev.sluice.ingest.postgres.watch.SourceWatch;
import dev.sluice.ingest.postgres.watch.TableShape;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The publication at a start, and the record in the lake of what is followed through it. */
record PublishedSource(SourceSettings settings, LakePositions lake, SourceWatch watch, LakeKnowledge knowledge) {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedSource.class);

    /**
     * Publishes what is missing, after a look found that nothing followed was harmed.
     *
     * @param followed indexes of the tables that are streamed already
     * @param missing indexes of those that are to be loaded
     */
    void ensure(Set<Integer> followed, List<Integer> missing) {
        if (followed.isEmpty() && missing.isEmpty()) {
            return;
        }
        try (Connection connection = settings.connector().query()) {
            new Publication(settings.publicationName(), settings.tables(), settings.excludeAtSource())
                    .ensure(connection, followed, missing);
        } catch (SQLException e) {
            throw new SluiceException(ErrorCode.E0201, "preparing the source failed: " + SqlErrors.message(e), "", e);
        }
        watch.readPublication().ifPresent(there -> {
            if (!Optional.of(there).equals(knowledge.publication())) {
                lake.recordPublication(there.text());
            }
        });
        Map<Integer, TableShape> now = watch.readShapes();
        for (int table : followed) {
            TableShape recorded = knowledge.shapes().get(table);
            TableShape there = now.get(table);
            if (there == null) {
                // Went away since the look: the next one says so.
                continue;
            }
            if (recorded == null) {
                LOG.warn(
                        "Table {} was loaded before Sluice watched what it follows: watched from now on",
                        settings.tables().get(table).qualifiedName());
            }
            // Its entry is another one when its column list went with exclude-at.
            if (recorded == null || recorded.entry() != there.entry()) {
                lake.recordShape(table, there.text());
            }
        }
    }

    /** The same for tables that are read again at another position, by whoever has no watch. */
    static void recordShapes(SourceSettings settings, Collection<Integer> tables) {
        try (LakePositions lake = settings.lake().open()) {
            LakeKnowledge knowledge = LakeKnowledge.read(lake);
            try (SourceWatch watch =
                    knowledge.watch(settings, knowledge.identity().orElse(""), Set.of())) {
                new PublishedSource(settings, lake, watch, knowledge).recordShapes(tables);
            }
        }
    }

    /**
     * Records what the tables of a load are, before the first row is read. A table that is not what it was when the job
     * was submitted keeps no record: its reader finds that out under its own lock, and stops it alone.
     */
    void recordShapes(Collection<Integer> loaded) {
        Map<Integer, TableShape> now = watch.readShapes();
        for (int index : loaded) {
            TableShape shape = now.get(index);
            if (shape != null && isOf(shape, settings.tables().get(index))) {
                lake.recordShape(index, shape.text());
            }
        }
    }

    private static boolean isOf(TableShape shape, SourceTable table) {
        List<SourceColumn> columns = table.columns();
        return shape.oid() == Integer.toUnsignedLong(table.oid())
                && shape.columns().size() == columns.size()
                && IntStream.range(0, columns.size()).allMatch(i -> {
                    TableShape.Column there = shape.columns().get(i);
                    SourceColumn column = columns.get(i);
                    return there.name().equals(column.name())
                            && (int) there.type() == column.typeOid()
                            && there.modifier() == column.typeModifier();
                });
    }
}
