package dev.sluice.torture;

import dev.sluice.torture.fault.FaultClass;
import java.time.Duration;
import java.util.Set;

/**
 * What a run is asked for.
 *
 * @param seed the workload and the schedule of faults follow from it
 * @param length how long faults come; longer, until each class has come, and once more where it did not hit
 * @param faults the classes that come
 */
public record TortureOptions(long seed, Duration length, Set<FaultClass> faults) {
    public TortureOptions {
        faults = Set.copyOf(faults);
    }
}
