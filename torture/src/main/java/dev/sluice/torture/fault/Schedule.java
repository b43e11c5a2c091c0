package dev.sluice.torture.fault;

import dev.sluice.torture.proxy.ProxyFault;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Which faults come, in which order, for how long: by the seed alone. Every class comes once before any comes again. Not
 * thread-safe.
 */
public final class Schedule {
    private final Random random;
    private final List<FaultClass> classes;
    private final Deque<FaultClass> round = new ArrayDeque<>();

    public Schedule(long seed, Set<FaultClass> classes) {
        this.random = new Random(seed ^ 0x5EEDFA17L);
        this.classes = classes.stream().sorted().toList();
    }

    public ScheduledFault next() {
        if (round.isEmpty()) {
            List<FaultClass> shuffled = new ArrayList<>(classes);
            Collections.shuffle(shuffled, random);
            round.addAll(shuffled);
        }
        FaultClass kind = round.poll();
        // The same number of draws for each, so that a class does not shift what follows.
        int length = random.nextInt(1_000);
        int delay = random.nextInt(1_000);
        int calm = random.nextInt(3_000);
        return new ScheduledFault(kind, length(kind, length), delay(kind, delay), Duration.ofMillis(calm));
    }

    /** @param part of a thousand, between the shortest and the longest */
    private static Duration length(FaultClass kind, int part) {
        return switch (kind.action()) {
            // How long it stays dead.
            case KILL, KILL_SOURCE -> between(0, 3_000, part);
            // Shorter and longer than Flink's heartbeat time-out of 10 s.
            case PAUSE -> between(3_000, 16_000, part);
            case NETWORK, FILL_DISK, REPLACE_SOURCE -> between(4_000, 12_000, part);
            case UPKEEP, FOREIGN_WRITE, ALTER_TABLE, SECOND_COPY -> Duration.ZERO;
        };
    }

    private static Duration delay(FaultClass kind, int part) {
        if (kind.network() == ProxyFault.LATE) {
            return between(3_000, 12_000, part);
        }
        return between(50, 400, part);
    }

    private static Duration between(int shortestMillis, int longestMillis, int part) {
        return Duration.ofMillis(shortestMillis + (longestMillis - shortestMillis) * (long) part / 1_000);
    }
}
