package dev.sluice.cli.lake;

import dev.sluice.spec.PipelineSpec.ModelsSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.trino.query.TrinoEndpoint;
import dev.sluice.trino.query.TrinoQuery;
import java.util.Optional;

/** Trino as a pipeline names it. */
final class TrinoSessions {
    private TrinoSessions() {}

    static TrinoQuery open(ModelsSpec models) {
        if (models.trinoUrl().isEmpty()) {
            throw new SluiceException(
                    ErrorCode.E0103, "the pipeline names no Trino", "add models.trino.url to sluice.yaml");
        }
        return TrinoQuery.open(TrinoEndpoint.of(models, Optional.empty()));
    }
}
