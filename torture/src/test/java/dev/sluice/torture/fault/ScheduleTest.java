package dev.sluice.torture.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Set<FaultClass> ALL = EnumSet.allOf(FaultClass.class);

    @Test
    void oneSeedGivesOneSchedule() {
        assertThat(first(7, 80)).isEqualTo(first(7, 80)).isNotEqualTo(first(8, 80));
    }

    @Test
    void everyClassComesOnceBeforeAnyComesAgain() {
        List<FaultClass> kinds =
                first(3, 2 * ALL.size()).stream().map(ScheduledFault::kind).toList();
        assertThat(new HashSet<>(kinds.subList(0, ALL.size()))).isEqualTo(ALL);
        assertThat(new HashSet<>(kinds.subList(ALL.size(), kinds.size()))).isEqualTo(ALL);
        assertThat(kinds.subList(0, ALL.size())).isNotEqualTo(kinds.subList(ALL.size(), kinds.size()));
    }

    @Test
    void aPartOfANameMeansAllThatBeginOrEndWithIt() {
        assertThat(FaultClass.parse(List.of("pause", "late-catalog")))
                .containsExactlyInAnyOrder(
                        FaultClass.PAUSE_TASKMANAGER,
                        FaultClass.PAUSE_JOBMANAGER,
                        FaultClass.PAUSE_CATALOG,
                        FaultClass.LATE_CATALOG);
        assertThat(FaultClass.parse(List.of("postgres")))
                .containsExactlyInAnyOrder(
                        FaultClass.KILL_POSTGRES,
                        FaultClass.CUT_POSTGRES,
                        FaultClass.SLOW_POSTGRES,
                        FaultClass.HALF_OPEN_POSTGRES,
                        FaultClass.RESTORE_POSTGRES,
                        FaultClass.FAILOVER_POSTGRES);
        assertThat(FaultClass.parse(List.of())).isEqualTo(ALL);
    }

    @Test
    void anUnknownFaultIsToldWithTheNearestName() {
        assertThatThrownBy(() -> FaultClass.parse(List.of("kill-catalogue")))
                .hasMessageContaining("E0102")
                .hasMessageContaining("kill-catalog?");
    }

    private static List<ScheduledFault> first(long seed, int count) {
        Schedule schedule = new Schedule(seed, ALL);
        return Stream.generate(schedule::next).limit(count).toList();
    }
}
