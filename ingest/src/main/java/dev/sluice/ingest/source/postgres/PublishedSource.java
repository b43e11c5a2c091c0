package dev.sluice.ingest.source.postgres;

import dev.sluice.ingest.source.FollowedSource;
import dev.sluice.ingest.source.LakeKnowledge;
import dev.sluice.ingest.source.LakePositions;
import dev.sluice.ingest.source.postgres.catalogue.PostgresIds;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.source.postgres.slot.Publication;
import dev.sluice.ingest.source.postgres.watch.PublicationShape;
import dev.sluice.ingest.source.postgres.watch.SourceWatch;
import dev.sluice.ingest.source.postgres.watch.TableShape;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables of a publication, the slot that gives their changes, and the server that both are on, compared with what the
 * lake says of them.
 */
final class PublishedSource implements FollowedSource {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedSource.class);

    private final PostgresAdapter settings;
    private final SourceWatch watch;
    private final Optional<PublicationShape> recordedPublication;
    private final Map<Integer, TableShape> recordedShapes = new HashMap<>();

    /**
     * @param server the one that is expected
     * @param tables looked at, as far as they are not stopped
     * @throws SluiceException E0505 when the lake's record is not one
     */
    PublishedSource(PostgresAdapter settings, LakeKnowledge knowledge, String server, Set<Integer> tables) {
        this.settings = settings;
        recordedPublication = knowledge.sourceSetup().map(text -> parsed(text, PublicationShape::parse));
        knowledge.shapes().forEach((table, text) -> recordedShapes.put(table, parsed(text, TableShape::parse)));
        Map<Integer, TableShape> watched = new HashMap<>(recordedShapes);
        watched.keySet().retainAll(tables);
        watched.keySet().removeAll(knowledge.stopped());
        watch = new SourceWatch(
                settings.connector(),
                settings.slotName(),
                settings.publicationName(),
                settings.tables(),
                new SourceWatch.Expected(server, recordedPublication, watched));
    }

    private static <T> T parsed(String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw new SluiceException(
                    ErrorCode.E0505,
                    "the lake's record of its source was changed by something other than Sluice: " + text,
                    Remedy.LOAD_ANEW,
                    e);
        }
    }

    @Override
    public List<TableStop> look(Position known, Position acknowledged) {
        return watch.look(known.lsn(), acknowledged.lsn()).stopsOrThrow();
    }

    @Override
    public void recordDrift(LakePositions lake) {
        watch.takeDrifted().forEach((table, shape) -> lake.recordShape(table, shape.text()));
        watch.takeDriftedPublication().ifPresent(publication -> lake.recordSourceSetup(publication.text()));
        watch.takeUnlisted()
                .map(lake::recordUnlisted)
                .filter(fresh -> !fresh.isEmpty())
                .ifPresent(fresh -> LOG.warn(
                        "{} {}: {} appeared beside followed partitions and are not followed; list them in"
                                + " source.tables if they are wanted",
                        ErrorCode.E0226,
                        ErrorCode.E0226.title(),
                        fresh));
    }

    /** Adds the missing tables to the publication, which is made if there is none. */
    @Override
    public void follow(LakePositions lake, Set<Integer> followed, List<Integer> missing) {
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
            if (!Optional.of(there).equals(recordedPublication)) {
                lake.recordSourceSetup(there.text());
            }
        });
        Map<Integer, TableShape> now = watch.readShapes();
        for (int table : followed) {
            TableShape recorded = recordedShapes.get(table);
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

    @Override
    public void recordTables(LakePositions lake, Collection<Integer> loaded) {
        Map<Integer, TableShape> now = watch.readShapes();
        for (int index : loaded) {
            TableShape shape = now.get(index);
            if (shape != null && isOf(shape, settings.tables().get(index))) {
                lake.recordShape(index, shape.text());
            }
        }
    }

    @Override
    public void close() {
        watch.close();
    }

    /** Records what tables are that are read again at another position, for whoever follows nothing yet. */
    static void recordTables(PostgresAdapter settings, Collection<Integer> tables) {
        try (LakePositions lake = settings.lake().open()) {
            LakeKnowledge knowledge = LakeKnowledge.read(lake);
            try (PublishedSource source = new PublishedSource(
                    settings, knowledge, knowledge.identity().orElse(""), Set.of())) {
                source.recordTables(lake, tables);
            }
        }
    }

    private static boolean isOf(TableShape shape, SourceTable table) {
        List<SourceColumn> columns = table.columns();
        return shape.oid() == Integer.toUnsignedLong(PostgresIds.oid(table))
                && shape.columns().size() == columns.size()
                && IntStream.range(0, columns.size()).allMatch(i -> {
                    TableShape.Column there = shape.columns().get(i);
                    SourceColumn column = columns.get(i);
                    return there.name().equals(column.name())
                            && column.sourceType().equals(PostgresIds.type((int) there.type(), there.modifier()));
                });
    }
}
