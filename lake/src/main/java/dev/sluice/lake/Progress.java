package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;

/**
 * The acknowledged LSN of a pipeline, kept in the catalog as a property of the bronze namespace. It is written
 * <em>before</em> the position is acknowledged to the source and never moves back; so a slot that is ahead of it was
 * dropped and made again, or advanced by somebody else.
 */
public final class Progress {
    private final LakeCatalog catalog;
    private final String key;

    public Progress(LakeCatalog catalog, String pipeline) {
        this.catalog = catalog;
        this.key = StampProperties.ACKNOWLEDGED_LSN_PREFIX + pipeline;
    }

    /** Every commit up to this LSN is in the lake; empty for a pipeline that has not acknowledged anything. */
    public Optional<Position> acknowledged() {
        Map<String, String> properties = LakeErrors.edge("reading the progress of the pipeline", () -> {
            try {
                return catalog.rest().loadNamespaceMetadata(catalog.bronzeNamespace());
            } catch (NoSuchNamespaceException e) {
                // Nothing was ever applied to this lake.
                return Map.of();
            }
        });
        String text = properties.get(key);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Position.parse(text));
        } catch (IllegalArgumentException e) {
            throw new SluiceException(
                    ErrorCode.E0505,
                    "the namespace property " + key + " is not an LSN: " + text,
                    "restore it from the newest sluice.lsn of the tables",
                    e);
        }
    }

    /**
     * Records that {@code position} may be acknowledged. Does nothing when as much is already recorded. Assumes one live
     * writer per pipeline; the value is re-read, so an answer that got lost shows as an error, not as success.
     */
    public void record(Position position) {
        Optional<Position> before = acknowledged();
        if (before.isPresent() && position.isAtMost(before.get())) {
            return;
        }
        // Not Map.of: Iceberg's request asks it for a null key, which that refuses.
        LakeErrors.edge(
                "recording the progress of the pipeline",
                () -> catalog.rest()
                        .setProperties(catalog.bronzeNamespace(), Collections.singletonMap(key, position.toString())));
        if (acknowledged().filter(position::isAtMost).isEmpty()) {
            throw new SluiceException(
                    ErrorCode.E0701,
                    "the catalog confirmed the progress " + position + " but does not show it",
                    "check the catalog server; the pipeline retries by itself");
        }
    }
}
