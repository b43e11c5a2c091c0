package dev.sluice.trino.model;

import dev.sluice.lake.Position;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.StampProperties;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/** Whether a run may make its output the content of a table that is there already. */
final class Replacement {
    private final String pipeline;
    private final Position position;
    private final Loads loads;

    /**
     * @param position of the run
     * @param loads which bronze tables the run reads
     */
    Replacement(String pipeline, Position position, Loads loads) {
        this.pipeline = pipeline;
        this.position = position;
        this.loads = loads;
    }

    /**
     * The bronze tables of a run, each with the identity that it got when it was created: one that was dropped and
     * loaded anew has another, and its positions may be those of another server.
     */
    record Loads(Map<String, String> uuids) {
        Loads {
            uuids = Map.copyOf(uuids);
        }

        /** As kept with what was made of them. */
        String text() {
            return uuids.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(entry -> entry.getKey() + "@" + entry.getValue())
                    .reduce((a, b) -> a + ", " + b)
                    .orElse("");
        }

        /** Whether a table that stands in {@code text} has been loaded anew since. */
        boolean areNewerThan(String text) {
            Map<String, String> before = new HashMap<>();
            for (String part : text.split(", ")) {
                int at = part.lastIndexOf('@');
                if (at > 0) {
                    before.put(part.substring(0, at), part.substring(at + 1));
                }
            }
            return uuids.entrySet().stream()
                    .anyMatch(now -> before.containsKey(now.getKey())
                            && !before.get(now.getKey()).equals(now.getValue()));
        }
    }

    /** @throws SluiceException E1006 when the table belongs to another pipeline, E1002 when no model made it */
    void expectOwned(Model model, Table table) {
        if (!table.properties().containsKey(ModelProperties.MODEL)) {
            throw new SluiceException(
                    ErrorCode.E1002,
                    "the table " + model.name() + " is there already and was not made by a model",
                    "rename the model, or drop the table");
        }
        String owner = table.properties().getOrDefault(StampProperties.PIPELINE, pipeline);
        if (!owner.equals(pipeline)) {
            throw new SluiceException(
                    ErrorCode.E1006,
                    "the table " + model.name() + " is made by the models of the pipeline " + owner + ", not of "
                            + pipeline,
                    "rename the model in one of the two pipelines; if " + owner
                            + " is gone for good, drop the table: ./sluice sql \"DROP TABLE " + model.name() + "\"");
        }
    }

    /** @throws SluiceException E0504 when the table is at a later position of the same loads */
    void expectNotAhead(Model model, Table table) {
        Optional<Position> reached = TableStamps.current(table).map(Stamp::position);
        if (reached.isEmpty() || reached.get().isAtMost(position) || wasLoadedAnew(table)) {
            return;
        }
        throw new SluiceException(
                ErrorCode.E0504,
                model.name() + " is at LSN " + reached.get() + " already, the run is at " + position
                        + ", and tables only move forward",
                "to see it as it was: ./sluice sql --as-of " + position);
    }

    private boolean wasLoadedAnew(Table table) {
        Snapshot head = table.currentSnapshot();
        String before = table.properties().get(ModelProperties.LOADS);
        return head != null && before != null && loads.areNewerThan(before);
    }
}
