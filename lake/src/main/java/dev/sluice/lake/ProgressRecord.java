package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a pipeline is, and which run of it may go on from there.
 *
 * @param position every commit of the source up to here is in the lake; {@link Position#ZERO} before the first
 * @param epoch grows by one with every run that takes the pipeline over
 * @param runId the run that took it over last, the only one whose commits are accepted; empty when none did
 * @param claimedAt where the pipeline was when that run took it over
 * @param at when this was written, by the writer's clock
 * @param tables where each table was left, by its name: one that stands before that was set back by others. A table that
 *     nothing was committed to since older versions of Sluice is not in it.
 */
public record ProgressRecord(
        Position position, long epoch, String runId, Position claimedAt, Instant at, Map<String, Position> tables) {
    private static final String EPOCH = "sluice.epoch";
    private static final String RUN_ID = "sluice.run-id";
    private static final String CLAIMED_LSN = "sluice.claimed-lsn";
    private static final String CLAIMED_POSITION = "sluice.claimed-position";
    private static final String AT = "sluice.committed-at";
    private static final String TABLE_AT = "sluice.table-at.";

    public ProgressRecord {
        tables = Map.copyOf(tables);
    }

    /** What a pipeline has that nobody took over yet. */
    static ProgressRecord initial(Position position) {
        return new ProgressRecord(position, 0, "", position, Instant.EPOCH, Map.of());
    }

    ProgressRecord takenOverBy(String newRunId) {
        return new ProgressRecord(position, epoch + 1, newRunId, position, Instant.now(), tables);
    }

    /** @param left tables of the commit, and where it leaves them */
    ProgressRecord movedTo(Position reached, Map<String, Position> left) {
        Map<String, Position> all = new HashMap<>(tables);
        all.putAll(left);
        return new ProgressRecord(reached, epoch, runId, claimedAt, Instant.now(), all);
    }

    /** As of a pipeline of which the lake holds nothing. */
    ProgressRecord anew() {
        return new ProgressRecord(Position.ZERO, epoch, runId, claimedAt, Instant.now(), Map.of());
    }

    Map<String, String> toSummary(String pipeline) {
        Map<String, String> summary = new LinkedHashMap<>();
        summary.put(StampProperties.PIPELINE, pipeline);
        summary.put(StampProperties.LSN, position.orderText());
        summary.put(StampProperties.POSITION, position.text());
        summary.put(EPOCH, Long.toString(epoch));
        summary.put(RUN_ID, runId);
        summary.put(CLAIMED_LSN, claimedAt.orderText());
        summary.put(CLAIMED_POSITION, claimedAt.text());
        summary.put(AT, at.toString());
        new TreeMap<>(tables).forEach((table, left) -> summary.put(TABLE_AT + table, left.orderText()));
        return summary;
    }

    static ProgressRecord of(Map<String, String> summary, String table) {
        try {
            return new ProgressRecord(
                    Position.read(valueOf(summary, StampProperties.LSN), summary.get(StampProperties.POSITION)),
                    Long.parseLong(valueOf(summary, EPOCH)),
                    summary.getOrDefault(RUN_ID, ""),
                    Position.read(valueOf(summary, CLAIMED_LSN), summary.get(CLAIMED_POSITION)),
                    Instant.parse(valueOf(summary, AT)),
                    tables(summary));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new SluiceException(
                    ErrorCode.E0511,
                    "the head of " + table + " holds no progress: " + summary,
                    "find out what else writes this table, then " + ProgressTable.LOAD_ALL_ANEW,
                    e);
        }
    }

    private static String valueOf(Map<String, String> summary, String key) {
        String value = summary.get(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return value;
    }

    /** Only their order is kept: it is what a table is compared by. */
    private static Map<String, Position> tables(Map<String, String> summary) {
        Map<String, Position> tables = new HashMap<>();
        summary.forEach((key, value) -> {
            if (key.startsWith(TABLE_AT)) {
                tables.put(key.substring(TABLE_AT.length()), Position.read(value, null));
            }
        });
        return tables;
    }
}
