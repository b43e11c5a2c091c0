package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateProperties;

/**
 * Whether a lake table is followed: kept in its properties, where every reader of the table finds it. A table that was
 * stopped or detached keeps its rows and its stamp, and equals its source at that stamp, not later.
 *
 * @param since the position from which it is followed without a gap; empty for a table of an older version of Sluice
 * @param detachedAt it is not followed beyond this; a table that comes back is loaded anew
 * @param stop why it was stopped
 */
public record Following(Optional<String> since, Optional<String> detachedAt, Optional<Stop> stop) {

    /**
     * One table's trouble.
     *
     * @param at the last position at which the table equals its source
     */
    public record Stop(ErrorCode code, String at, String reason, String fix) {
        /** In one sentence, for people. */
        public String text() {
            return "stopped at " + at + ": " + code + " " + code.title() + ": " + reason
                    + (fix.isEmpty() ? "" : ". Fix: " + fix);
        }
    }

    public static Following of(Table table) {
        Map<String, String> properties = table.properties();
        return new Following(
                Optional.ofNullable(properties.get(StampProperties.FOLLOWED_SINCE)),
                Optional.ofNullable(properties.get(StampProperties.DETACHED_AT)),
                Optional.ofNullable(properties.get(StampProperties.STOPPED))
                        .map(code -> new Stop(
                                code(code),
                                properties.getOrDefault(StampProperties.STOPPED_AT, "0/0"),
                                properties.getOrDefault(StampProperties.STOPPED_REASON, ""),
                                properties.getOrDefault(StampProperties.STOPPED_FIX, ""))));
    }

    /** Whether the rows of the table are the beginning of what is followed; otherwise they are loaded anew. */
    public boolean isFollowed() {
        return detachedAt.isEmpty();
    }

    /**
     * Records that a table is stopped where it stands. The first stop stays: it is the cause of later ones.
     *
     * @return whether this call recorded it
     * @throws dev.sluice.spec.errors.SluiceException E07xx when the catalog does not take it
     */
    public static boolean stop(Table table, ErrorCode code, String reason, String fix) {
        return LakeErrors.calling("stopping table " + table.name(), () -> {
            table.refresh();
            if (of(table).stop().isPresent()) {
                return false;
            }
            String at = TableStamps.current(table)
                    .map(stamp -> stamp.position().toString())
                    .orElse("0/0");
            table.updateProperties()
                    .set(StampProperties.STOPPED, code.name())
                    .set(StampProperties.STOPPED_AT, at)
                    .set(StampProperties.STOPPED_REASON, reason)
                    .set(StampProperties.STOPPED_FIX, fix)
                    .commit();
            return true;
        });
    }

    /** Records that a table is not followed any more; what stopped it is over. */
    public static void detach(Table table, String at) {
        LakeErrors.calling("detaching table " + table.name(), () -> {
            table.refresh();
            UpdateProperties update = table.updateProperties().set(StampProperties.DETACHED_AT, at);
            removeStop(update);
            update.commit();
            return true;
        });
    }

    /** In the commit that publishes a load: from here on the table is followed. */
    static void begin(UpdateProperties update, String since) {
        update.set(StampProperties.FOLLOWED_SINCE, since);
        update.remove(StampProperties.DETACHED_AT);
        removeStop(update);
    }

    private static void removeStop(UpdateProperties update) {
        update.remove(StampProperties.STOPPED)
                .remove(StampProperties.STOPPED_AT)
                .remove(StampProperties.STOPPED_REASON)
                .remove(StampProperties.STOPPED_FIX);
    }

    private static ErrorCode code(String name) {
        try {
            return ErrorCode.valueOf(name);
        } catch (IllegalArgumentException e) {
            // Written by a newer version of Sluice.
            return ErrorCode.E1901;
        }
    }
}
