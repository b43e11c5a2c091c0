package dev.sluice.torture.check;

import dev.sluice.spec.Lsn;
import dev.sluice.torture.oracle.OracleException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Lets the checker look, round after round, in a thread of its own, also while servers die. Thread-safe. */
public final class CheckLoop implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration POLL = Duration.ofMillis(200);

    private final LakeChecker checker;
    private final Thread thread;
    private volatile Lsn done = Lsn.ZERO;
    private volatile Throwable lastFailure;
    private volatile OracleException broken;
    private volatile boolean over;

    private CheckLoop(LakeChecker checker) {
        this.checker = checker;
        this.thread = Thread.ofPlatform().name("torture-checker").daemon().unstarted(this::run);
    }

    public static CheckLoop start(LakeChecker checker) {
        CheckLoop loop = new CheckLoop(checker);
        loop.thread.start();
        return loop;
    }

    private void run() {
        while (!over) {
            try {
                checker.round();
                done = checker.done();
                lastFailure = null;
            } catch (OracleException e) {
                broken = e;
                return;
            } catch (InterruptedException e) {
                return;
            } catch (SQLException | RuntimeException e) {
                // A server is away, as servers are here: the next round finds the same work.
                lastFailure = e;
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Why the checker cannot go on; empty while it can. */
    public Optional<String> trouble() {
        if (broken != null) {
            return Optional.of("the oracle is broken: " + broken.getMessage());
        }
        return Optional.ofNullable(lastFailure).map(failure -> "the last round failed: " + failure);
    }

    /** Whether everything up to {@code position} was looked at in time. */
    public boolean awaitDone(Lsn position, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!position.isAtMost(done)) {
            if (broken != null || System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(POLL);
        }
        return true;
    }

    public Lsn done() {
        return done;
    }

    /** Returns when the checker is used by nobody any more. */
    @Override
    public void close() throws InterruptedException {
        over = true;
        thread.join(Duration.ofSeconds(60));
        thread.interrupt();
        thread.join(Duration.ofSeconds(10));
    }
}
