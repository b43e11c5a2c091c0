package dev.sluice.ingest.hot;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repeats what ClickHouse did not answer, for as long as the inbox has room for what comes. The flusher's thread only. */
final class HotOutage {
    private static final Logger log = LoggerFactory.getLogger(HotOutage.class);
    private static final long PAUSE_MILLIS = 500;

    /** The inbox has given up what it held. */
    static final class Overflow extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Overflow() {
            super(null, null, false, false);
        }
    }

    /** The job ends. */
    static final class Closed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Closed() {
            super(null, null, false, false);
        }
    }

    private final HotInbox inbox;
    private final ClickHouseClient client;
    private final HotMarks marks;
    private final HotFlows flows;
    private final HotProgress progress;
    /** 0 while ClickHouse answers. */
    private long awaySinceNanos;

    HotOutage(HotInbox inbox, ClickHouseClient client, HotMarks marks, HotFlows flows, HotProgress progress) {
        this.inbox = inbox;
        this.client = client;
        this.marks = marks;
        this.flows = flows;
        this.progress = progress;
    }

    /** Runs statements that may be repeated, until they are answered. What ClickHouse refuses is thrown. */
    void insist(Runnable statements) {
        while (true) {
            inbox.statementBegins();
            try {
                statements.run();
                answered();
                return;
            } catch (SluiceException e) {
                if (e.code() != ErrorCode.E0901) {
                    answered();
                    throw e;
                }
                unanswered(e);
                if (inbox.isOverflowed()) {
                    throw new Overflow();
                }
            }
        }
    }

    /** Waits until ClickHouse answers, however long that takes. */
    void awaitAnswer() {
        while (true) {
            try {
                client.text("ask ClickHouse whether it is there", "SELECT 1");
                answered();
                return;
            } catch (SluiceException e) {
                unanswered(e);
            }
        }
    }

    long awayMillis() {
        return awaySinceNanos == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - awaySinceNanos);
    }

    private void answered() {
        if (awaySinceNanos != 0) {
            log.info("ClickHouse answers again after {} ms", awayMillis());
            awaySinceNanos = 0;
        }
        inbox.answered(true);
    }

    private void unanswered(SluiceException e) {
        if (awaySinceNanos == 0) {
            awaySinceNanos = System.nanoTime();
            log.warn("The hot store does not answer; the lake goes on: {} {}", e.code(), e.reason());
        }
        inbox.answered(false);
        if (inbox.leads()) {
            marks.update(flows, progress, this, true);
        }
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
        if (inbox.isClosed()) {
            throw new Closed();
        }
    }
}
