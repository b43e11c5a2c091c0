package dev.sluice.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.spec.errors.ErrorCode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;

/**
 * Partitions beside followed ones that the pipeline does not list: its tables are exact, and whoever takes them for the
 * whole misses rows. Those that were there when it began are left out on purpose; those that appeared since are told.
 *
 * @param known those that were there when the first partition of their table was listed, by that table; all names are
 *     {@code schema.name}
 * @param fresh those that appeared since and are still there
 */
public record UnlistedPartitions(Map<String, List<String>> known, List<String> fresh) {
    /** Namespace property, followed by the pipeline, JSON. */
    private static final String PREFIX = "sluice.unlisted-partitions.";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TOLD_MAX = 5;

    public UnlistedPartitions {
        known = Map.copyOf(known);
        fresh = List.copyOf(fresh);
    }

    /** What is recorded; empty before the first look. */
    public static Optional<UnlistedPartitions> of(LakeCatalog catalog, String pipeline) {
        return LakeErrors.calling("reading which partitions are not listed", () -> {
            try {
                return Optional.ofNullable(catalog.rest()
                                .loadNamespaceMetadata(catalog.bronzeNamespace())
                                .get(PREFIX + pipeline))
                        .flatMap(UnlistedPartitions::parsed);
            } catch (NoSuchNamespaceException e) {
                return Optional.empty();
            }
        });
    }

    /**
     * Records what a look found.
     *
     * @param now all that are there and not listed, by the table whose partitions they are; also tables without any
     * @return those that nobody has been told of yet
     */
    public static List<String> record(LakeCatalog catalog, String pipeline, Map<String, List<String>> now) {
        Optional<UnlistedPartitions> before = of(catalog, pipeline);
        Map<String, List<String>> known =
                new TreeMap<>(before.map(UnlistedPartitions::known).orElse(Map.of()));
        now.forEach(known::putIfAbsent);
        List<String> fresh = now.entrySet().stream()
                .flatMap(whole -> whole.getValue().stream()
                        .filter(name ->
                                !known.getOrDefault(whole.getKey(), List.of()).contains(name)))
                .sorted()
                .toList();
        UnlistedPartitions found = new UnlistedPartitions(known, fresh);
        if (!before.equals(Optional.of(found)) && !(before.isEmpty() && now.isEmpty())) {
            LakeErrors.calling(
                    "recording which partitions are not listed",
                    // Not Map.of: Iceberg's request asks it for a null key, which that refuses.
                    () -> catalog.rest()
                            .setProperties(
                                    catalog.bronzeNamespace(),
                                    Collections.singletonMap(PREFIX + pipeline, found.json())));
        }
        List<String> told = before.map(UnlistedPartitions::fresh).orElse(List.of());
        return fresh.stream().filter(name -> !told.contains(name)).toList();
    }

    /** Namespace property that holds it: it goes with the pipeline. */
    public static String property(String pipeline) {
        return PREFIX + pipeline;
    }

    /** In one sentence, for people; empty when there is nothing to tell. */
    public Optional<String> text() {
        if (fresh.isEmpty()) {
            return Optional.empty();
        }
        String names = String.join(", ", fresh.subList(0, Math.min(TOLD_MAX, fresh.size())))
                + (fresh.size() > TOLD_MAX ? " and " + (fresh.size() - TOLD_MAX) + " more" : "");
        return Optional.of(ErrorCode.E0226 + " partitions appeared beside followed ones and are not followed: " + names
                + ". Fix: list them in source.tables, then `sluice apply`; the tables that are listed go on");
    }

    private String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Nothing hangs on it but what is told: what cannot be read is recorded anew. */
    private static Optional<UnlistedPartitions> parsed(String text) {
        try {
            return Optional.of(JSON.readValue(text, UnlistedPartitions.class));
        } catch (JsonProcessingException | NullPointerException e) {
            return Optional.empty();
        }
    }
}
