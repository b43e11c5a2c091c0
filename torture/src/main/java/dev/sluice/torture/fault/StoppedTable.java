package dev.sluice.torture.fault;

import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.torture.Operator;
import dev.sluice.torture.check.LakeChecker;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;

/** A table to which something is done that cannot be followed: it has to be stopped, and resync has to bring it back. */
final class StoppedTable {
    private static final Duration NOTICED_WITHIN = Duration.ofSeconds(60);
    private static final Duration FOLLOWED_WITHIN = Duration.ofSeconds(120);
    private static final Duration POLL = Duration.ofMillis(500);

    private final LakeCatalog lake;
    private final LakeChecker checker;
    private final Operator operator;
    private final String table;
    private final TableIdentifier id;

    StoppedTable(LakeCatalog lake, LakeChecker checker, Operator operator, String table) {
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
        checker.mayBeStopped(table);
        Instant firedAt = Instant.now();
        act.run();
        Optional<Following.Stop> stop = awaitStop();
        takenBack.run();
        if (stop.isEmpty()) {
            String missed = what + " was not noticed within " + NOTICED_WITHIN.toSeconds() + " s";
            return new FaultOutcome(false, missed, firedAt, Instant.now());
        }
        operator.resync(table);
        boolean mended = awaitFollowed();
        return new FaultOutcome(
                mended,
                what + " was noticed (" + stop.get().code() + ")"
                        + (mended ? ", and the table loaded anew" : ", but the table did not come back by resync"),
                firedAt,
                Instant.now());
    }

    private Optional<Following.Stop> awaitStop() throws InterruptedException {
        long deadline = System.nanoTime() + NOTICED_WITHIN.toNanos();
        Optional<Following.Stop> stop = Following.of(lake.load(id)).stop();
        while (stop.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(POLL);
            stop = Following.of(lake.load(id)).stop();
        }
        return stop;
    }

    private boolean awaitFollowed() throws InterruptedException {
        long deadline = System.nanoTime() + FOLLOWED_WITHIN.toNanos();
        while (System.nanoTime() < deadline) {
            Following following = Following.of(lake.load(id));
            if (following.isFollowed() && following.stop().isEmpty()) {
                return true;
            }
            Thread.sleep(POLL);
        }
        return false;
    }
}
