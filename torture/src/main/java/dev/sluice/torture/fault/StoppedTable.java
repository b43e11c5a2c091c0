package dev.sluice.torture.fault;

import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.torture.Operator;
import dev.sluice.torture.check.LakeChecker;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.apache.iceberg.catalog.TableIdentifier;

/** A table to which something is done that cannot be followed: it has to be stopped, and resync has to bring it back. */
final class StoppedTable {
    private static final Duration NOTICED_WITHIN = Duration.ofSeconds(60);
    private static final Duration FOLLOWED_WITHIN = Duration.ofSeconds(120);

    private final LakeCatalog lake;
    private final Supplier<LakeChecker> checker;
    private final Operator operator;
    private final String table;
    private final TableIdentifier id;

    StoppedTable(LakeCatalog lake, Supplier<LakeChecker> checker, Operator operator, String table) {
        this.lake = lake;
        this.checker = checker;
        this.operator = operator;
        this.table = table;
        this.id = lake.bronze(table);
    }

    /** What is done to the table, or taken back. */
    interface Act {
        void run() throws Exception;
    }

    FaultOutcome run(String what, Act act, Act takenBack) throws Exception {
        checker.get().mayBeStopped(table);
        Instant firedAt = Instant.now();
        act.run();
        boolean noticed =
                Patience.await(NOTICED_WITHIN, () -> following().stop().isPresent());
        takenBack.run();
        if (!noticed) {
            String missed = what + " was not noticed within " + NOTICED_WITHIN.toSeconds() + " s";
            return new FaultOutcome(false, missed, firedAt, Instant.now());
        }
        Following.Stop stop = following().stop().orElseThrow();
        operator.resync(table);
        boolean mended = Patience.await(FOLLOWED_WITHIN, this::isFollowed);
        return new FaultOutcome(
                mended,
                what + " was noticed (" + stop.code() + ")"
                        + (mended ? ", and the table loaded anew" : ", but the table did not come back by resync"),
                firedAt,
                Instant.now());
    }

    private Following following() {
        return Following.of(lake.load(id));
    }

    private boolean isFollowed() {
        Following following = following();
        return following.isFollowed() && following.stop().isEmpty();
    }
}
