package dev.sluice.ingest.source.postgres.watch;

import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.source.postgres.slot.ReplicationSlot;
import dev.sluice.ingest.source.postgres.slot.SourceIdentity;
import dev.sluice.ingest.source.postgres.watch.SourceReading.Seen;
import dev.sluice.ingest.source.postgres.watch.SourceReading.Shapes;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the source is still the one that the lake was filled from: one round trip on a connection that is kept,
 * a second one when anything changed. Harmless changes are taken over as what is expected from then on. Used by one
 * thread at a time: the enumerator's at a start, a reader's, the acknowledger's, the committer's, each with its own.
 */
public final class SourceWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SourceWatch.class);

    /**
     * What the source is compared with.
     *
     * @param identity of the server
     * @param publication as it was made; empty when nothing relies on it yet
     * @param tables shapes of the tables that are followed, by their index in the pipeline; others are not looked at
     */
    public record Expected(String identity, Optional<PublicationShape> publication, Map<Integer, TableShape> tables) {
        public Expected {
            tables = Map.copyOf(tables);
        }
    }

    private final SourceReading source;
    private final String target;
    private final ReplicationSlot slot;
    private final String publicationName;
    private final List<SourceTable> tables;
    private final String identity;
    private final Map<Integer, TableShape> expected;
    private final Map<Integer, TableShape> drifted = new HashMap<>();
    private Optional<PublicationShape> publication;
    private boolean publicationDrifted;
    /** Under which everything was found intact; null before that. */
    private Long intactDigest;
    /** As given last; null before that. */
    private Map<String, List<String>> unlisted;

    /** @param tables all tables of the pipeline, in its order */
    public SourceWatch(
            PostgresConnector connector,
            String slotName,
            String publicationName,
            List<SourceTable> tables,
            Expected expected) {
        this.source = new SourceReading(connector, slotName, publicationName, tables);
        this.target = connector.target();
        this.slot = new ReplicationSlot(slotName);
        this.publicationName = publicationName;
        this.tables = List.copyOf(tables);
        this.identity = expected.identity();
        this.publication = expected.publication();
        this.expected = new HashMap<>(expected.tables());
    }

    /**
     * Looks once; connects again once when the kept connection is found broken.
     *
     * @param known every commit up to here is in the lake, or is about to be
     * @param acknowledged the slot may stand there and no further
     * @throws SluiceException E0201, E0202 when the source cannot be looked at: nothing is known then
     */
    public Look look(Lsn known, Lsn acknowledged) {
        boolean kept = source.isConnected();
        try {
            return compare(known, acknowledged);
        } catch (SQLException e) {
            source.close();
            if (!kept) {
                throw unreadable(e);
            }
        }
        return reading(() -> compare(known, acknowledged));
    }

    /** Shapes that have changed without harm, to be recorded; each is given once. */
    public Map<Integer, TableShape> takeDrifted() {
        Map<Integer, TableShape> taken = Map.copyOf(drifted);
        drifted.clear();
        return taken;
    }

    /** The publication, when it has changed without harm; given once. */
    public Optional<PublicationShape> takeDriftedPublication() {
        Optional<PublicationShape> taken = publicationDrifted ? publication : Optional.empty();
        publicationDrifted = false;
        return taken;
    }

    /**
     * Partitions beside listed ones that are not listed, by the table whose partitions they are; empty when they are those
     * that were given last, and when they cannot be read now: the next look asks again.
     */
    public Optional<Map<String, List<String>>> takeUnlisted() {
        try {
            Map<String, List<String>> now = source.unlistedPartitions();
            if (now.equals(unlisted)) {
                return Optional.empty();
            }
            unlisted = now;
            return Optional.of(now);
        } catch (SQLException e) {
            LOG.warn("Partitions that are not listed could not be read: {}", SqlErrors.message(e));
            source.close();
            return Optional.empty();
        }
    }

    /** The publication as it is; empty when there is none. */
    public Optional<PublicationShape> readPublication() {
        return reading(source::publication);
    }

    /** The shapes of all tables that are there, by their index. */
    public Map<Integer, TableShape> readShapes() {
        return reading(source::shapes).byTable();
    }

    @Override
    public void close() {
        source.close();
    }

    private Look compare(Lsn known, Lsn acknowledged) throws SQLException {
        if (!source.identity().equals(identity)) {
            String now = source.identity();
            source.close();
            return new Look.PipelineDiffers(Lsn.ZERO, SourceIdentity.difference(identity, now));
        }
        Seen seen = source.see();
        Optional<SluiceException> whole = pipelineDifference(seen, known, acknowledged);
        if (whole.isPresent()) {
            return new Look.PipelineDiffers(seen.flushed(), whole.get());
        }
        takeOver(seen.publication());
        if (intactDigest != null && intactDigest == seen.digest()) {
            return new Look.Intact(seen.flushed());
        }
        List<TableStop> stops = compareTables();
        return stops.isEmpty() ? new Look.Intact(seen.flushed()) : new Look.TablesDiffer(seen.flushed(), stops);
    }

    private Optional<SluiceException> pipelineDifference(Seen seen, Lsn known, Lsn acknowledged) {
        if (seen.standby()) {
            return Optional.of(new SluiceException(
                    ErrorCode.E0217, target + " is a standby now", "point source.postgres.host at the primary"));
        }
        if (seen.flushed().compareTo(known) < 0) {
            return Optional.of(new SluiceException(
                    ErrorCode.E0219,
                    "the WAL of " + target + " ends at " + seen.flushed() + ", but the lake holds commits up to "
                            + known + ": the server was restored to an earlier moment",
                    Remedy.LOAD_ANEW));
        }
        try {
            slot.check(seen.slot(), acknowledged);
        } catch (SluiceException e) {
            return Optional.of(e);
        }
        return publication
                .flatMap(was -> was.differenceFrom(seen.publication()))
                .map(difference -> new SluiceException(
                        ErrorCode.E0220,
                        "publication " + publicationName + " " + difference
                                + ": changes may be missing in every table since",
                        Remedy.LOAD_ANEW));
    }

    private void takeOver(Optional<PublicationShape> now) {
        if (publication.isPresent() && !publication.equals(now)) {
            LOG.info("Publication {} was altered without harm, and is now {}", publicationName, now);
            publication = now;
            publicationDrifted = true;
        }
    }

    private List<TableStop> compareTables() throws SQLException {
        Shapes now = source.shapes();
        List<TableStop> stops = new ArrayList<>();
        expected.forEach((index, was) -> {
            Optional<TableShape> is = Optional.ofNullable(now.byTable().get(index));
            Optional<TableStop> stop = ShapeDifference.of(index, tables.get(index), was, is);
            if (stop.isPresent()) {
                stops.add(stop.get());
            } else if (!is.get().equals(was)) {
                drifted.put(index, is.get());
            }
        });
        expected.putAll(drifted);
        intactDigest = stops.isEmpty() ? now.digest() : null;
        return stops;
    }

    private interface Reading<T> {
        T read() throws SQLException;
    }

    private <T> T reading(Reading<T> reading) {
        try {
            return reading.read();
        } catch (SQLException e) {
            source.close();
            throw unreadable(e);
        }
    }

    private SluiceException unreadable(SQLException e) {
        return new SluiceException(
                ErrorCode.E0201, "the source " + target + " could not be looked at: " + SqlErrors.message(e), "", e);
    }
}
