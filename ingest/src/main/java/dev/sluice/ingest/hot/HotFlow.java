package dev.sluice.ingest.hot;

/** One hot table as the flusher sees it: what waits, and whether changes have got lost. The flusher's thread only. */
final class HotFlow {
    private static final long RETRY_MILLIS_MIN = 5_000;
    private static final long RETRY_MILLIS_MAX = 300_000;

    final int number;
    final HotTable table;
    final HotBuffer buffer;
    /** Changes up to here are in the table already: a load or the lake brought them. */
    long skipTo;
    /** All of the table's changes up to here have been taken from the inbox, or were lost. */
    long reached;

    boolean isStopped;
    /** Null unless the table is being filled from the lake. */
    HotRefill refill;
    /** Changes that wait for the refill; null without one. */
    BatchSpool waiting;
    /** When the rebuild was asked for that the next refill is to do; 0 for none. */
    long requestedMicros;

    private HotProgress.State state = HotProgress.State.LIVE;
    private String reason = "";
    private long retryAtMillis;
    private long retryPauseMillis = RETRY_MILLIS_MIN;

    HotFlow(int number, HotTable table) {
        this.number = number;
        this.table = table;
        this.buffer = new HotBuffer(table);
    }

    HotProgress.State state() {
        return isStopped && state == HotProgress.State.LIVE ? HotProgress.State.STOPPED : state;
    }

    String reason() {
        return reason;
    }

    boolean isLive() {
        return state == HotProgress.State.LIVE;
    }

    /** Changes are missing from now on; the table has to be filled from the lake. */
    void lose(String why) {
        end();
        buffer.clear();
        state = HotProgress.State.STALE;
        reason = why;
    }

    /** The same, when a refill would probably end in the same way: not at once. */
    void fail(String why, long nowMillis) {
        lose(why);
        retryAtMillis = nowMillis + retryPauseMillis;
        retryPauseMillis = Math.min(retryPauseMillis * 2, RETRY_MILLIS_MAX);
    }

    void retryNow() {
        retryAtMillis = 0;
    }

    /** A refill that is under way takes a later state from the lake than a load has. */
    boolean canBeLoaded() {
        return refill == null || refill.cancelIfWaiting();
    }

    /** The changes that waited for the refill; the caller closes them. */
    BatchSpool takeWaiting() {
        BatchSpool taken = waiting;
        waiting = null;
        return taken;
    }

    boolean mayRefill(long nowMillis) {
        return state == HotProgress.State.STALE && nowMillis >= retryAtMillis;
    }

    void refill(HotRefill newRefill, BatchSpool spool) {
        refill = newRefill;
        waiting = spool;
        state = HotProgress.State.REFILLING;
    }

    void live() {
        end();
        state = HotProgress.State.LIVE;
        reason = "";
        retryPauseMillis = RETRY_MILLIS_MIN;
        retryAtMillis = 0;
    }

    /** Lets go of a refill, whether it is done or not. */
    private void end() {
        if (refill != null) {
            refill.cancel();
            refill = null;
        }
        if (waiting != null) {
            waiting.close();
            waiting = null;
        }
    }

    void close() {
        end();
    }
}
