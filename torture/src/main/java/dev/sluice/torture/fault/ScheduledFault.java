package dev.sluice.torture.fault;

import java.time.Duration;

/**
 * One fault of a schedule.
 *
 * @param length how long it lasts
 * @param delay how much later things come, where it is about that
 * @param calm how long nothing is done after it
 */
public record ScheduledFault(FaultClass kind, Duration length, Duration delay, Duration calm) {}
