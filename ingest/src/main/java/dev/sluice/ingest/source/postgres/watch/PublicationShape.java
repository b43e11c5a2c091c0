package dev.sluice.ingest.source.postgres.watch;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/**
 * A publication as it was made, or last seen unharmed; recorded in the lake. Its tables are in {@link TableShape}.
 *
 * @param by transaction that wrote its row of {@code pg_publication}: another one after ALTER PUBLICATION ... SET (...),
 *     the same after tables were added or dropped
 * @param publishes the operations, and {@code all tables} or {@code via root} where that is set
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record PublicationShape(long oid, String by, String owner, String publishes) {
    /** What Sluice needs, and makes. */
    public static final String COMPLETE = "insert, update, delete, truncate";

    private static final ObjectMapper JSON = new ObjectMapper();

    public static PublicationShape parse(String text) {
        try {
            return JSON.readValue(text, PublicationShape.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not the shape of a publication: " + text, e);
        }
    }

    public String text() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    public boolean isComplete() {
        return publishes.equals(COMPLETE);
    }

    /** Why changes may be missing since this was seen; empty when none can be. */
    Optional<String> differenceFrom(Optional<PublicationShape> now) {
        if (now.isEmpty()) {
            return Optional.of("is gone");
        }
        PublicationShape there = now.get();
        if (there.oid != oid) {
            return Optional.of("was dropped and made anew (oid " + oid + ", now " + there.oid + ")");
        }
        if (!there.publishes.equals(publishes)) {
            return Optional.of("published " + publishes + ", and now publishes "
                    + (there.publishes.isEmpty() ? "nothing" : there.publishes));
        }
        // Another owner explains the other transaction, and loses no change.
        if (!there.by.equals(by) && there.owner.equals(owner)) {
            return Optional.of("was altered, and altered back, in transaction " + there.by);
        }
        return Optional.empty();
    }
}
