package dev.sluice.cli.pipeline;

/** Finds what a user can use in a trace of Flink. */
public final class Stacktraces {
    private static final String OURS = "dev.sluice.spec.errors.SluiceException: ";
    private static final String CAUSE = "Caused by: ";

    private Stacktraces() {}

    /** Our own message where there is one, else the last cause; without frames. */
    public static String cause(String trace) {
        int ours = trace.lastIndexOf(OURS);
        int last = trace.lastIndexOf(CAUSE);
        int from = ours >= 0 ? ours + OURS.length() : last >= 0 ? last + CAUSE.length() : 0;
        int end = trace.indexOf("\n\tat ", from);
        return (end < 0 ? trace.substring(from) : trace.substring(from, end)).strip();
    }
}
