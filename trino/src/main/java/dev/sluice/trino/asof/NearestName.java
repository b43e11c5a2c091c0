package dev.sluice.trino.asof;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The name that was probably meant. */
public final class NearestName {
    private static final int MAX_DISTANCE = 3;

    private NearestName() {}

    /** The candidate with the fewest edits, when they are few against the length of the name. */
    public static Optional<String> of(String name, Collection<String> candidates) {
        return candidates.stream()
                .filter(candidate ->
                        distance(name, candidate) <= Math.min(MAX_DISTANCE, Math.max(1, name.length() / 2)))
                .min(Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Levenshtein's distance: insertions, deletions and replacements of one character. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
