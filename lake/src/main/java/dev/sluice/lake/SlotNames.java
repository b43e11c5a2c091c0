package dev.sluice.lake;

import java.security.SecureRandom;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;

/**
 * The name that the slot and the publication of a pipeline have at its source. A part of it is drawn at the first apply
 * and recorded in the lake, so that another lake that reads the same source under the same pipeline name never meets
 * them; and what has this name is this lake's, to be dropped or made anew by nobody else. It is kept by a lake that moves
 * to another host.
 */
public final class SlotNames {
    private static final int DRAWN_BYTES = 4;

    private SlotNames() {}

    /** The name, once the pipeline has one. A pipeline of an older version has the one without a drawn part. */
    public static Optional<String> of(LakeCatalog catalog, String pipeline) {
        Map<String, String> properties = properties(catalog);
        return Optional.ofNullable(properties.get(StampProperties.SLOT_PREFIX + pipeline))
                .or(() -> isOlder(properties, pipeline) ? Optional.of(plain(pipeline)) : Optional.empty());
    }

    /** The name; drawn and recorded when there is none. The namespace must be there. */
    public static String claim(LakeCatalog catalog, String pipeline) {
        Optional<String> there = of(catalog, pipeline);
        String key = StampProperties.SLOT_PREFIX + pipeline;
        if (there.isEmpty() || !properties(catalog).containsKey(key)) {
            byte[] drawn = new byte[DRAWN_BYTES];
            new SecureRandom().nextBytes(drawn);
            String name = there.orElse(plain(pipeline) + "_" + HexFormat.of().formatHex(drawn));
            // Not Map.of: Iceberg's request asks it for a null key, which that refuses.
            LakeErrors.calling(
                    "recording the slot of the pipeline",
                    () -> catalog.rest().setProperties(catalog.bronzeNamespace(), Collections.singletonMap(key, name)));
        }
        // Of two that claim at once, both go on with the name that stayed.
        return of(catalog, pipeline).orElseThrow();
    }

    /** Forgets the name, once nothing at the source has it any more and no table of the pipeline is left. */
    public static void forget(LakeCatalog catalog, String pipeline) {
        Map<String, String> properties = properties(catalog);
        String key = StampProperties.SLOT_PREFIX + pipeline;
        if (properties.containsKey(key) && !isOlder(properties, pipeline)) {
            // Not Set.of: Iceberg's request asks it for a null key, which that refuses.
            LakeErrors.calling(
                    "forgetting the slot of the pipeline",
                    () -> catalog.rest().removeProperties(catalog.bronzeNamespace(), Collections.singleton(key)));
        }
    }

    private static String plain(String pipeline) {
        return "sluice_" + pipeline;
    }

    /** Whether something else is on record of the pipeline: it has begun to load before. */
    private static boolean isOlder(Map<String, String> properties, String pipeline) {
        return properties.containsKey(StampProperties.ACKNOWLEDGED_LSN_PREFIX + pipeline)
                || properties.containsKey(StampProperties.SOURCE_IDENTITY_PREFIX + pipeline);
    }

    private static Map<String, String> properties(LakeCatalog catalog) {
        return LakeErrors.calling("reading what the lake knows of the pipeline", () -> {
            try {
                return catalog.rest().loadNamespaceMetadata(catalog.bronzeNamespace());
            } catch (NoSuchNamespaceException e) {
                return Map.of();
            }
        });
    }
}
