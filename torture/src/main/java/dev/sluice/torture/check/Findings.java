package dev.sluice.torture.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** All that was found: the first ones whole, the others counted. The same thing is found once. Thread-safe. */
public final class Findings {
    private static final int KEPT_MAX = 100;

    private final List<Finding> kept = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    synchronized void add(Finding finding) {
        String what = finding.check() + finding.table() + finding.snapshot() + finding.position() + finding.text();
        if (seen.add(what) && kept.size() < KEPT_MAX) {
            kept.add(finding);
        }
    }

    public synchronized int count() {
        return seen.size();
    }

    public synchronized List<Finding> first() {
        return List.copyOf(kept);
    }
}
