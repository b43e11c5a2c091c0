package dev.sluice.torture.fault;

import java.time.Instant;

/**
 * What came of a fault.
 *
 * @param fired whether it is seen to have hit
 * @param skipped whether it was not tried, because this machine does not allow it
 * @param evidence by what it is seen, or why not
 * @param firedAt when it began
 * @param healedAt when everything was as before, as far as the torture can do something about it
 */
public record FaultOutcome(boolean fired, boolean skipped, String evidence, Instant firedAt, Instant healedAt) {
    /** Of a fault that was tried. */
    public FaultOutcome(boolean fired, String evidence, Instant firedAt, Instant healedAt) {
        this(fired, false, evidence, firedAt, healedAt);
    }

    static FaultOutcome skipped(String why, Instant at) {
        return new FaultOutcome(false, true, why, at, at);
    }
}
