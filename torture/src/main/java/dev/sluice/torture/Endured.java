package dev.sluice.torture;

import dev.sluice.torture.fault.FaultOutcome;
import dev.sluice.torture.fault.ScheduledFault;
import java.util.OptionalDouble;

/**
 * A fault and what the pipeline made of it.
 *
 * @param recoverySeconds from the fault to the next exact commit that holds something newer than the fault
 * @param progressSeconds the same from the moment when it was healed; empty when nothing came
 */
public record Endured(
        ScheduledFault fault, FaultOutcome outcome, OptionalDouble recoverySeconds, OptionalDouble progressSeconds) {}
