package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot says about itself: which pipeline wrote it and at which commit LSN the table equals its source.
 *
 * @param position the table equals the source at exactly this commit LSN
 * @param from the stamp before this one: the snapshot applied the half-open range (from, position]
 * @param sourceCommitTime commit time of {@code position} at the source; {@link Instant#EPOCH} when it is not known
 * @param rowsInserted rows written by this snapshot, updates included
 * @param rowsDeleted rows deleted by this snapshot, updates included
 */
public record Stamp(
        String pipeline,
        Position position,
        Position from,
        Instant sourceCommitTime,
        Kind kind,
        long rowsInserted,
        long rowsDeleted) {

    private static final Pattern ROWS_FORM = Pattern.compile("\\+(\\d+) -(\\d+)");

    /** What made the snapshot. All but {@link #DATA} and {@link #LOAD} repeat the LSN of their parent. */
    public enum Kind {
        /** Changes of a cut. */
        DATA,
        /** The initial copy, published at once. */
        LOAD,
        /** Compaction: the same rows in other files. */
        UPKEEP,
        /** A schema change without rows. */
        SCHEMA,
        /** A model run. */
        MODEL,
        /** Old rows filled after a schema change. */
        BACKFILL,
        /** The table was set back to an older snapshot. */
        RESTORE;

        /** As written in the summary. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The stamp of a snapshot; empty when Sluice did not write it.
     *
     * @throws SluiceException E0505 when a stamp is there but cannot be read
     */
    public static Optional<Stamp> of(Snapshot snapshot) {
        return read(snapshot.summary(), "snapshot " + snapshot.snapshotId());
    }

    /** The newest stamp that a table keeps in its properties, where it outlives its snapshot. */
    static Optional<Stamp> ofTableProperties(Map<String, String> properties, String table) {
        return read(properties, "table " + table);
    }

    private static Optional<Stamp> read(@Nullable Map<String, String> map, String where) {
        String lsn = map == null ? null : map.get(StampProperties.LSN);
        if (map == null || lsn == null) {
            return Optional.empty();
        }
        try {
            Matcher rows = ROWS_FORM.matcher(map.getOrDefault(StampProperties.ROWS, "+0 -0"));
            if (!rows.matches()) {
                throw new IllegalArgumentException(StampProperties.ROWS + " is not of the form +n -n");
            }
            Position position = Position.read(lsn, map.get(StampProperties.POSITION));
            String from = map.get(StampProperties.LSN_FROM);
            String time = map.get(StampProperties.SOURCE_COMMIT_TS);
            String kind = map.getOrDefault(StampProperties.KIND, Kind.DATA.text());
            return Optional.of(new Stamp(
                    map.getOrDefault(StampProperties.PIPELINE, ""),
                    position,
                    from == null ? position : Position.read(from, map.get(StampProperties.POSITION_FROM)),
                    time == null ? Instant.EPOCH : Instant.parse(time),
                    Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
                    Long.parseLong(rows.group(1)),
                    Long.parseLong(rows.group(2))));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new SluiceException(
                    ErrorCode.E0505,
                    "the stamp of " + where + " cannot be read: " + e.getMessage(),
                    "find out what else writes this table; only Sluice may set sluice.* keys",
                    e);
        }
    }

    /** The summary entries of a snapshot that carries this stamp. */
    public Map<String, String> toSummary() {
        Map<String, String> summary = new LinkedHashMap<>(toTableProperties());
        summary.put(StampProperties.LSN_FROM, from.orderText());
        summary.put(StampProperties.POSITION_FROM, from.text());
        summary.put(StampProperties.KIND, kind.text());
        summary.put(StampProperties.ROWS, "+" + rowsInserted + " -" + rowsDeleted);
        return summary;
    }

    /** The part that is written as table properties in the same commit, so that progress survives expiry. */
    public Map<String, String> toTableProperties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(StampProperties.PIPELINE, pipeline);
        properties.put(StampProperties.LSN, position.orderText());
        properties.put(StampProperties.POSITION, position.text());
        properties.put(StampProperties.SOURCE_COMMIT_TS, sourceCommitTime.toString());
        return properties;
    }

    /** The stamp of a snapshot that leaves the rows as they are, such as upkeep's: pipeline, LSN and time stay. */
    public Stamp repeatedAs(Kind newKind) {
        return new Stamp(pipeline, position, position, sourceCommitTime, newKind, 0, 0);
    }

    /** The same stamp with another lower end of its range. */
    Stamp startingAt(Position newFrom) {
        return new Stamp(pipeline, position, newFrom, sourceCommitTime, kind, rowsInserted, rowsDeleted);
    }
}
