package dev.sluice.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.torture.fault.FaultClass;
import dev.sluice.torture.fault.FaultOutcome;
import dev.sluice.torture.fault.ScheduledFault;
import dev.sluice.torture.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TortureReportTest {
    private static final FaultClass DISK = FaultClass.DISK_FULL_OBJECT_STORE;

    @Test
    void aClassThatThisMachineDoesNotAllowIsToldWithTheReasonAndIsNoFailure() {
        TortureReport report = report(outcome(false, true, "mount: permission denied"));
        assertThat(report.passed()).isTrue();
        assertThat(report.neverFired()).isEmpty();
        assertThat(report.text())
                .contains("SKIPPED     disk-full-object-store", "mount: permission denied")
                .doesNotContain("fired       disk-full-object-store");
        assertThat(report.json()).contains("\"skipped\"").contains("mount: permission denied");
    }

    @Test
    void aClassThatWasTriedAndDidNotHitIsAFailure() {
        TortureReport report = report(outcome(false, false, "the disk was not full"));
        assertThat(report.passed()).isFalse();
        assertThat(report.neverFired()).containsExactly(DISK);
    }

    @Test
    void aClassThatHitOnceHasFiredWhateverItDidBefore() {
        TortureReport report = report(outcome(false, true, "not now"), outcome(true, false, "no write passed"));
        assertThat(report.passed()).isTrue();
        assertThat(report.skipped()).isEmpty();
        assertThat(report.text()).contains("fired       disk-full-object-store");
    }

    private static FaultOutcome outcome(boolean fired, boolean skipped, String evidence) {
        return new FaultOutcome(fired, skipped, evidence, Instant.EPOCH, Instant.EPOCH);
    }

    private static TortureReport report(FaultOutcome... outcomes) {
        ScheduledFault fault = new ScheduledFault(DISK, Duration.ZERO, Duration.ZERO, Duration.ZERO);
        List<Endured> endured = Arrays.stream(outcomes)
                .map(outcome -> new Endured(fault, outcome, OptionalDouble.empty(), OptionalDouble.empty()))
                .toList();
        return new TortureReport(
                new TortureOptions(1, Duration.ZERO, Set.of(DISK)),
                1,
                new Workload.Tally(1, 0, 0),
                1,
                1,
                0,
                1,
                0,
                1,
                1,
                endured,
                List.of(),
                0,
                List.of());
    }
}
