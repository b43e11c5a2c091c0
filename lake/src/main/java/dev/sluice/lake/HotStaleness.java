package dev.sluice.lake;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Table;

/**
 * That the hot table of a lake table does not follow its source at the moment: kept in the lake, where it can be read
 * while the hot store is away.
 *
 * @param since the position up to which the hot table is complete
 * @param at when that was found
 */
public record HotStaleness(String since, Instant at, String reason) {
    private static final String SINCE = "sluice.hot-stale-since";
    private static final String AT = "sluice.hot-stale-at";
    private static final String REASON = "sluice.hot-stale-reason";

    /** Empty when the hot table follows, or the table has none. */
    public static Optional<HotStaleness> of(Table table) {
        Map<String, String> properties = table.properties();
        return Optional.ofNullable(properties.get(SINCE))
                .map(since -> new HotStaleness(
                        since,
                        Instant.parse(properties.getOrDefault(AT, Instant.EPOCH.toString())),
                        properties.getOrDefault(REASON, "")));
    }

    /** In one sentence, for people. */
    public String text() {
        return "its hot table is stale since " + since + " (" + at + "): " + reason;
    }

    /** Records it; what is recorded already stays, but for the reason. */
    public void mark(Table table) {
        LakeErrors.calling("marking the hot table of " + table.name() + " as stale", () -> {
            table.refresh();
            Optional<HotStaleness> before = of(table);
            if (before.filter(there -> there.reason().equals(reason)).isEmpty()) {
                HotStaleness kept = before.orElse(this);
                table.updateProperties()
                        .set(SINCE, kept.since())
                        .set(AT, kept.at().toString())
                        .set(REASON, reason)
                        .commit();
            }
            return true;
        });
    }

    /** The hot table follows again. */
    public static void clear(Table table) {
        LakeErrors.calling("marking the hot table of " + table.name() + " as following", () -> {
            table.refresh();
            if (of(table).isPresent()) {
                table.updateProperties().remove(SINCE).remove(AT).remove(REASON).commit();
            }
            return true;
        });
    }
}
