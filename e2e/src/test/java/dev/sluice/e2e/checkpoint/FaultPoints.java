package dev.sluice.e2e.checkpoint;

import java.util.EnumMap;
import java.util.Map;

/**
 * Which steps fail, in the operators of whatever job runs in this JVM, and what was seen of it. Each fault counts itself.
 * Thread-safe.
 */
final class FaultPoints {
    static final int ANY_SUBTASK = -1;

    private static final Map<Step, Armed> ARMED = new EnumMap<>(Step.class);
    private static final Map<Step, Integer> FIRED = new EnumMap<>(Step.class);
    private static final Map<Sign, Integer> SEEN = new EnumMap<>(Sign.class);
    private static boolean recoveryIsBroken;

    private FaultPoints() {}

    private record Armed(int subtask, int left) {}

    /** What operators notice by themselves. */
    enum Sign {
        /** A reader was started; restarts start each again. */
        READER_STARTED,
        /** The source was told that a checkpoint is given up. */
        CHECKPOINT_ABORTED,
        /** The committer found in the lake what it was given. */
        ALREADY_COMMITTED
    }

    /** A failure that a restart cures. */
    static final class InjectedFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InjectedFailure(Step step) {
            super("failure injected at " + step);
        }
    }

    static synchronized void reset() {
        ARMED.clear();
        FIRED.clear();
        SEEN.clear();
        recoveryIsBroken = false;
    }

    /** The next time that the subtask comes to the step. */
    static synchronized void arm(Step step, int subtask) {
        ARMED.put(step, new Armed(subtask, step.times()));
        FIRED.put(step, 0);
    }

    /** From now on until {@link #disarm}, whenever a subtask comes to the step. */
    static synchronized void armForGood(Step step) {
        ARMED.put(step, new Armed(ANY_SUBTASK, Integer.MAX_VALUE));
        FIRED.put(step, 0);
    }

    static synchronized void disarm(Step step) {
        ARMED.remove(step);
    }

    /** For negative controls: what a failure takes away is not brought back. */
    static synchronized void breakRecovery() {
        recoveryIsBroken = true;
    }

    static synchronized boolean recoveryIsBroken() {
        return recoveryIsBroken;
    }

    /** Whether the step is to fail now; then that counts. */
    static synchronized boolean fires(Step step, int subtask) {
        Armed armed = ARMED.get(step);
        if (armed == null || armed.subtask != ANY_SUBTASK && armed.subtask != subtask) {
            return false;
        }
        if (armed.left == 1) {
            ARMED.remove(step);
        } else {
            ARMED.put(step, new Armed(armed.subtask, armed.left - 1));
        }
        FIRED.merge(step, 1, Integer::sum);
        return true;
    }

    static void pass(Step step, int subtask) {
        if (fires(step, subtask)) {
            throw new InjectedFailure(step);
        }
    }

    static synchronized int fired(Step step) {
        return FIRED.getOrDefault(step, 0);
    }

    static synchronized void saw(Sign sign) {
        SEEN.merge(sign, 1, Integer::sum);
    }

    static synchronized int seen(Sign sign) {
        return SEEN.getOrDefault(sign, 0);
    }
}
