package dev.sluice.verify;

import dev.sluice.lake.Following;
import dev.sluice.lake.Position;
import dev.sluice.lake.TableHead;
import dev.sluice.spec.Lsn;
import dev.sluice.verify.VerifyReport.State;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Table;

/**
 * What a lake table says about itself that a comparison of rows at a stamp cannot see: that nobody follows it any more,
 * or that what its readers get is not what the pipeline wrote. Reads metadata only.
 */
final class LakeState {
    private final Table table;
    private final String pipeline;
    private final Following following;

    LakeState(Table table, String pipeline) {
        this.table = table;
        this.pipeline = pipeline;
        this.following = Following.of(table);
    }

    /** Why the rows of the table cannot be compared. */
    record NotFollowed(State state, String finding) {}

    /** Empty when the table is followed. */
    Optional<NotFollowed> notFollowed() {
        if (following.stop().isPresent()) {
            return Optional.of(new NotFollowed(
                    State.STOPPED, "the table is " + following.stop().get().text()));
        }
        return following
                .detachedAt()
                .map(at -> new NotFollowed(
                        State.NOT_FOLLOWED,
                        "the table is not followed beyond " + at
                                + ": it was out of the pipeline since. Fix: sluice apply loads it anew"));
    }

    /** Whether its load is older than {@code lsn}; snapshots from before a load are not those of what is followed. */
    boolean isLoadedAt(Lsn lsn) {
        return following.since().map(Position::parse).map(Position::lsn).stream()
                .allMatch(since -> since.isAtMost(lsn));
    }

    /** What is wrong with the head of the table; empty when its readers see what the pipeline wrote. */
    List<String> findings() {
        return TableHead.difference(table, pipeline)
                .map(found ->
                        found.code() + " " + found.code().title() + ": " + found.reason() + ". Fix: " + found.fix())
                .stream()
                .toList();
    }
}
