package dev.sluice.ingest.source;

import dev.sluice.ingest.source.postgres.PostgresAdministration;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.SourceSpec;

/** The kinds of sources: the one place that knows them all. */
public final class Sources {
    private Sources() {}

    /** @param application what sessions at the source call themselves */
    public static SourceAdministration of(SourceSpec spec, String application) {
        if (spec instanceof PostgresSourceSpec postgres) {
            return new PostgresAdministration(postgres, application);
        }
        // The modules of the job are Java 17, which does not find this out when it compiles.
        throw new IllegalStateException("no source for " + spec.getClass());
    }
}
