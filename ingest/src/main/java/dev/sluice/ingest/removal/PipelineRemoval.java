package dev.sluice.ingest.removal;

import dev.sluice.ingest.hot.HotRemoval;
import dev.sluice.ingest.source.Sources;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.SlotNames;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.SluiceException;
import java.util.List;
import java.util.Optional;

/**
 * Removes what a pipeline made, one place at a time. Its job must have ended. Every step may be repeated: what is gone
 * already is no error.
 */
public final class PipelineRemoval {
    private final PipelineSpec spec;

    public PipelineRemoval(PipelineSpec spec) {
        this.spec = spec;
    }

    /**
     * Removes what the source has of the pipeline (PostgreSQL: slot and publication), so that the source keeps no WAL for the pipeline. Only what the lake says is its own.
     *
     * @return the name that it had there; empty when the lake does not know of any
     * @throws SluiceException E0201 when the source does not answer, E0205 when it needs another's privilege, E0218 when
     *     somebody reads the slot, E07xx when the lake does not answer
     */
    public Optional<String> removeFromSource() {
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            Optional<String> name = SlotNames.of(lake, spec.pipeline());
            if (name.isPresent()) {
                Sources.of(spec.source(), "sluice drop").remove(name.get());
                SlotNames.forget(lake, spec.pipeline());
            }
            return name;
        }
    }

    /**
     * Removes the hot tables, and what the pipeline told of them. E0901, E0902.
     *
     * @return names of the tables that were there
     */
    public List<String> removeHotTables() {
        return spec.hot().tables().isEmpty() ? List.of() : new HotRemoval(spec.hot()).run();
    }

    /**
     * Removes the bronze tables with their snapshots, tags and files.
     *
     * @return names of the tables that were there
     */
    public List<String> removeLakeTables() {
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            return new LakeRemoval(lake, spec.pipeline()).run();
        }
    }
}
