package dev.sluice.cli.pipeline;

import dev.sluice.ingest.source.SourceStatus;
import dev.sluice.ingest.source.Sources;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.SlotNames;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.SluiceException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Asks the source of a pipeline how it stands, with no more patience than a user has. */
final class SourceSide {
    private static final long NAME_WITHIN_SECONDS = 3;

    private SourceSide() {}

    static SourceStatus read(PipelineSpec spec, List<String> problems) {
        try {
            return Sources.of(spec.source(), "sluice status").status(spec.pipeline(), name(spec));
        } catch (SluiceException e) {
            problems.add(e.reason());
            return SourceStatus.UNKNOWN;
        }
    }

    /** What the lake calls the pipeline at its source; empty when it does not say so soon, or has no name yet. */
    private static Optional<String> name(PipelineSpec spec) {
        try {
            return CompletableFuture.supplyAsync(() -> {
                        try (LakeCatalog catalog = LakeCatalog.open(spec.catalog())) {
                            return SlotNames.of(catalog, spec.pipeline());
                        }
                    })
                    .orTimeout(NAME_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            return Optional.empty();
        }
    }
}
