package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;

/**
 * How far a pipeline is in the lake, and which run of it is the one that writes. All who ask or tell go through here.
 * It moves in the same catalog transaction as the tables (see {@link LakeCommit}) and never moves back; so a slot that
 * is ahead of it was dropped and made again, or advanced by somebody else.
 *
 * <p>Lakes of older versions of Sluice keep the position in a property of the bronze namespace. It is read as long as
 * no run has taken the pipeline over.
 */
public final class Progress {
    private static final int CLAIM_ATTEMPTS_MAX = 8;

    private final LakeCatalog catalog;
    private final String pipeline;
    private final TableIdentifier identifier;

    public Progress(LakeCatalog catalog, String pipeline) {
        this.catalog = catalog;
        this.pipeline = pipeline;
        this.identifier = ProgressTable.identifier(catalog.bronzeNamespace(), pipeline);
    }

    /** Every commit up to this position is in the lake; empty for a pipeline that has not committed anything. */
    public Optional<Position> acknowledged() {
        return read().map(ProgressRecord::position).or(this::ofOlderVersion).filter(at -> at.order() != 0);
    }

    /** The whole record; empty when no run has ever taken the pipeline over. */
    public Optional<ProgressRecord> read() {
        return catalog.find(identifier).flatMap(ProgressTable::read);
    }

    /** The table that holds it: it belongs to the pipeline and goes with it. */
    public TableIdentifier table() {
        return identifier;
    }

    /**
     * Takes the pipeline over for a run: from now on commits of every other run are refused. Does nothing when the run
     * has it already. The caller has made sure that no other run is alive; where it was mistaken, the other one ends.
     *
     * @param anew whether the lake holds none of the pipeline's tables: then it begins before everything, whatever a
     *     pipeline of this name once had
     * @return whether this call took it over: then whatever was read of the lake before may be out of date
     */
    public boolean claim(String runId, boolean anew) {
        for (int attempt = 0; attempt < CLAIM_ATTEMPTS_MAX; attempt++) {
            Table table = catalog.find(identifier).orElseGet(() -> ProgressTable.create(catalog, identifier, pipeline));
            ProgressRecord record = ProgressTable.read(table)
                    .orElseGet(() -> ProgressRecord.initial(ofOlderVersion().orElse(Position.ZERO)));
            if (record.runId().equals(runId)) {
                return attempt > 0;
            }
            write(table, (anew ? record.anew() : record).takenOverBy(runId));
        }
        throw new SluiceException(
                ErrorCode.E0501,
                "other runs of pipeline " + pipeline + " take it over without pause",
                "find out what starts them: sluice pipelines");
    }

    /** New metadata of the table, with {@code record} in it; not committed yet. */
    TableUpdate next(Table table, ProgressRecord record) {
        return ProgressTable.next(table, pipeline, record);
    }

    /** What came of it shows when the table is read again. */
    private void write(Table table, ProgressRecord record) {
        TableUpdate update = next(table, record);
        try {
            ((HasTableOperations) table).operations().commit(update.base(), update.updated());
        } catch (CommitFailedException e) {
            // Another one came first: the caller reads what it left.
        } catch (RuntimeException e) {
            SluiceException error = LakeErrors.translate("recording the progress of the pipeline", e);
            if (error.code() == ErrorCode.E0702
                    || catalog.find(identifier)
                            .flatMap(ProgressTable::read)
                            .filter(now -> now.epoch() == record.epoch()
                                    && now.runId().equals(record.runId())
                                    && now.position().equals(record.position()))
                            .isEmpty()) {
                throw error;
            }
        }
    }

    private Optional<Position> ofOlderVersion() {
        String key = StampProperties.ACKNOWLEDGED_LSN_PREFIX + pipeline;
        Map<String, String> properties = LakeErrors.calling("reading the progress of the pipeline", () -> {
            try {
                return catalog.rest().loadNamespaceMetadata(catalog.bronzeNamespace());
            } catch (NoSuchNamespaceException e) {
                // Nothing was ever applied to this lake.
                return Map.of();
            }
        });
        String text = properties.get(key);
        try {
            return Optional.ofNullable(text).map(Position::parse);
        } catch (IllegalArgumentException e) {
            throw new SluiceException(
                    ErrorCode.E0505,
                    "the namespace property " + key + " is not an LSN: " + text,
                    "restore it from the newest sluice.lsn of the tables",
                    e);
        }
    }
}
