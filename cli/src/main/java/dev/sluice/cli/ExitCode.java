package dev.sluice.cli;

/** What the shell is told. */
public final class ExitCode {
    public static final int OK = 0;
    /** Something failed, or the two sides of a comparison differ. */
    public static final int FAILED = 1;
    /** The command line or the configuration is wrong. */
    public static final int USAGE = 2;
    /** It runs, and is not well. */
    public static final int UNHEALTHY = 3;

    private ExitCode() {}
}
