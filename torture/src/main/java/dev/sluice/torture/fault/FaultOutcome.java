package dev.sluice.torture.fault;

import java.time.Instant;

/**
 * What came of a fault.
 *
 * @param fired whether it is seen to have hit
 * @param evidence by what it is seen, or why not
 * @param firedAt when it began
 * @param healedAt when everything was as before, as far as the torture can do something about it
 */
public record FaultOutcome(boolean fired, String evidence, Instant firedAt, Instant healedAt) {}
