package dev.sluice.stack;

/**
 * One line of {@code sluice status}.
 *
 * @param pid 0 when it does not run
 */
public record ServerStatus(StackServer server, State state, long pid, String url, String detail) {
    /** What can be seen from outside. */
    public enum State {
        RUNNING,
        /** The process runs but does not answer. */
        NOT_ANSWERING,
        /** It was started, and is gone without having been stopped. */
        CRASHED,
        STOPPED
    }
}
