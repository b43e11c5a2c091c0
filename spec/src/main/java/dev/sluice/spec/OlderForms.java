package dev.sluice.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What earlier versions of Sluice did not write into a resolved pipeline, filled in as they would have meant it: an upgrade
 * finds the files of pipelines that run. Only what is absent is filled in; a value of the wrong kind stays wrong.
 */
final class OlderForms {
    private static final RecordJson.SecretWriter NO_SECRETS = (secret, path) -> {
        throw new IllegalArgumentException(path + " has no default");
    };

    private OlderForms() {}

    static JsonNode complete(JsonNode pipeline) {
        if (pipeline.path("source") instanceof ObjectNode source) {
            // There was no other.
            fill(source, RecordJson.KIND, PipelineSpec.PostgresSourceSpec.class.getSimpleName());
            // Excluded columns were kept inside the source before there was a choice, by column lists of the
            // publication
            // that is still there; the reader drops what it does not carry in either case.
            fill(source, "excludeAtSource", false);
            fill(source, "wal", PipelineSpec.WalSpec.DEFAULT);
            for (JsonNode table : source.path("tables")) {
                if (table instanceof ObjectNode one) {
                    fill(one, "poison", PoisonPolicy.STOP);
                    fill(one, "columns", List.of());
                }
            }
        }
        return pipeline;
    }

    private static void fill(ObjectNode object, String name, Object value) {
        if (!object.has(name)) {
            object.set(name, RecordJson.toJson(value, name, NO_SECRETS));
        }
    }
}
