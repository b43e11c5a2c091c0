package dev.sluice.e2e.checkpoint;

/** A moment of a checkpoint, or of what follows it, at which something fails, in the order in which they come. */
enum Step {
    COORDINATOR_SNAPSHOT(Effect.ABORT),
    READER_BEFORE_SNAPSHOT(Effect.RESTART),
    READER_AFTER_SNAPSHOT(Effect.RESTART),
    WRITER_BEFORE_PREPARE(Effect.RESTART),
    WRITER_AFTER_PREPARE(Effect.RESTART),
    CUT_HANDED_OVER(Effect.RESTART),
    CUT_SNAPSHOT(Effect.RESTART),
    /** Fails where the state is written, beside the task: that goes on, and the checkpoint is declined. */
    CUT_DECLINED(Effect.ABORT),
    /** Takes longer than a checkpoint may. */
    CUT_EXPIRED(Effect.ABORT),
    COMMIT_BEFORE(Effect.RESTART),
    /** The cut is committed again from the restored state, and that fails as well. */
    COMMIT_RESTORED(Effect.RESTART),
    COMMIT_AFTER(Effect.RESTART),
    /** The catalog does not get the request. */
    COMMIT_UNSENT(Effect.NONE),
    /** The catalog applies it and the answer never comes. */
    COMMIT_ANSWER_LOST(Effect.NONE),
    /** The client sees its connection reset; the catalog gets the request some time later. */
    COMMIT_LATE(Effect.NONE),
    READER_NOTIFIED(Effect.RESTART);

    /** What Flink makes of it. */
    enum Effect {
        /** The tasks begin again at the last complete checkpoint. */
        RESTART,
        /** The checkpoint is given up, the tasks go on; what they handed over belongs to the next one. */
        ABORT,
        /** It is settled within the commit. */
        NONE
    }

    private final Effect effect;

    Step(Effect effect) {
        this.effect = effect;
    }

    Effect effect() {
        return effect;
    }

    /** How often it has to fail. */
    int times() {
        return this == COMMIT_RESTORED ? 3 : 1;
    }
}
