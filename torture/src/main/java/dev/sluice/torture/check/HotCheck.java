package dev.sluice.torture.check;

import dev.sluice.spec.Lsn;
import dev.sluice.torture.check.Finding.Check;
import dev.sluice.torture.oracle.RowSum;
import dev.sluice.torture.oracle.SourceHistory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Compares a hot table with the source at the position that it states. It may be ahead of the lake: then what was read
 * waits until the oracle comes there, and is told to it before. Of one thread, but for the count.
 */
final class HotCheck {
    private static final int WAITING_MAX = 100;

    private final HotRows hot;
    private final SourceHistory history;
    private final Findings findings;
    private final List<HotRows.Reading> waiting = new ArrayList<>();
    private final AtomicLong compared = new AtomicLong();

    HotCheck(HotRows hot, SourceHistory history, Findings findings) {
        this.hot = hot;
        this.history = history;
        this.findings = findings;
    }

    /** How often the whole table was compared. */
    long compared() {
        return compared.get();
    }

    /** Reads it, if it answers and stands still. */
    void look() throws InterruptedException {
        if (waiting.size() >= WAITING_MAX) {
            return;
        }
        try {
            hot.read().ifPresent(waiting::add);
        } catch (IOException e) {
            // It is away, as servers are here.
        }
    }

    /** Positions up to {@code frontier} at which the oracle is to stop. */
    Set<Lsn> positions(Lsn frontier) {
        Set<Lsn> positions = new TreeSet<>();
        for (HotRows.Reading reading : waiting) {
            if (reading.position().isAtMost(frontier) && !reading.position().isAtMost(history.position())) {
                positions.add(reading.position());
            }
        }
        return positions;
    }

    /** Compares what was read at {@code position}, or before it and not yet compared. */
    void compareUpTo(Lsn position) {
        for (Iterator<HotRows.Reading> each = waiting.iterator(); each.hasNext(); ) {
            HotRows.Reading reading = each.next();
            if (reading.position().isAtMost(position)) {
                each.remove();
                compare(reading);
            }
        }
    }

    private void compare(HotRows.Reading reading) {
        Lsn position = reading.position();
        RowSum sum = new RowSum();
        reading.rows().forEach(sum::add);
        // A position that the oracle has passed without a stop lies between two transactions.
        List<RowSum.Value> possible = history.sum(hot.table(), position)
                .map(List::of)
                .orElseGet(() -> history.possibleSums(hot.table(), position));
        compared.incrementAndGet();
        if (!possible.contains(sum.value())) {
            List<String> keys = position.equals(history.position())
                    ? Differences.of(history.rows(hot.table()), reading.rows())
                    : List.of();
            findings.add(new Finding(
                    Check.HOT,
                    hot.table(),
                    0,
                    position.toString(),
                    "the hot table states this position and has " + sum.value() + "; the source had " + possible,
                    keys));
        }
    }
}
