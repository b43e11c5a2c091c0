package dev.sluice.cli.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.lake.Position;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a pipeline is, as {@link HealthProbe} found it.
 *
 * @param jobState Flink's word, or {@code none}
 * @param acknowledged everything up to here is in the lake
 * @param sourceAt where the source's WAL is now
 * @param newestCommit when a table of the pipeline last got a snapshot
 * @param deadLetters rows that their tables cannot hold; {@code sluice replay --dry-run} lists them
 * @param slot state of the replication slot, in words
 * @param retainedBytes WAL that the source keeps for the slot
 * @param problems what is wrong, for people
 */
public record PipelineHealth(
        String pipeline,
        Health health,
        String jobState,
        Optional<Position> acknowledged,
        Optional<Position> sourceAt,
        Optional<Instant> newestCommit,
        long deadLetters,
        String slot,
        Optional<Long> retainedBytes,
        List<String> problems) {

    /** The verdict. */
    public enum Health {
        /** Its job reads the slot. */
        STREAMING,
        /** Its job has lately written to the lake, which is too slow now to say how far. */
        SLOW,
        /** Its job runs and has not acknowledged anything yet. */
        LOADING,
        /** It was stopped on purpose. */
        STOPPED,
        /** Some of its tables are stopped, each at its last good position, or their hot tables are; the rest goes on. */
        PARTIAL,
        /** Something is wrong; the problems say what. */
        FAILING
    }

    public PipelineHealth {
        problems = List.copyOf(problems);
    }

    public boolean isWell() {
        return health != Health.FAILING && health != Health.PARTIAL;
    }

    /** WAL that the source has written beyond what is acknowledged. */
    public Optional<Long> behindBytes() {
        return sourceAt.flatMap(now -> acknowledged.map(done -> Math.max(0, now.order() - done.order())));
    }

    /** For {@code -o json}. */
    public ObjectNode toJson() {
        ObjectNode node = new ObjectMapper().createObjectNode();
        node.put("pipeline", pipeline);
        node.put("health", health.name().toLowerCase(Locale.ROOT));
        node.put("jobState", jobState);
        node.put("acknowledgedLsn", acknowledged.map(Position::text).orElse(null));
        node.put("sourceLsn", sourceAt.map(Position::text).orElse(null));
        node.put("behindBytes", behindBytes().orElse(null));
        node.put("newestCommit", newestCommit.map(Instant::toString).orElse(null));
        node.put("slot", slot);
        node.put("retainedWalBytes", retainedBytes.orElse(null));
        problems.forEach(node.putArray("problems")::add);
        return node;
    }
}
