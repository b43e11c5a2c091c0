package dev.sluice.stack.fetch;

import java.io.PrintStream;
import java.util.Locale;

/** Shows downloads: a status line on a terminal, a line every ten seconds otherwise. */
public final class FetchDisplay {
    private static final long LINE_EVERY_NANOS = 10_000_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private long lastNanos = System.nanoTime();

    public FetchDisplay(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    public synchronized void say(String line) {
        clear();
        out.println(line);
    }

    synchronized void show(Artifact artifact, long bytes, long nanos) {
        if (!terminal && System.nanoTime() - lastNanos < LINE_EVERY_NANOS) {
            return;
        }
        lastNanos = System.nanoTime();
        String line = String.format(
                Locale.ROOT,
                "fetching %s: %,d of %,d MB, %.1f MB/s",
                artifact.name(),
                bytes / 1_000_000,
                artifact.bytes() / 1_000_000,
                bytes / 1e6 / (nanos / 1e9));
        clear();
        if (terminal) {
            out.print(line);
            out.flush();
        } else {
            out.println(line);
        }
    }

    synchronized void done(Artifact artifact, long nanos) {
        say(String.format(
                Locale.ROOT,
                "fetched %s (%,d MB) in %.1f s",
                artifact.name(),
                artifact.bytes() / 1_000_000,
                nanos / 1e9));
    }

    private void clear() {
        if (terminal) {
            out.print("\r\033[K");
        }
    }
}
