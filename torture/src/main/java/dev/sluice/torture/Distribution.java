package dev.sluice.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** Seconds, sorted. */
record Distribution(double[] sorted) {
    static Distribution of(DoubleStream seconds) {
        return new Distribution(seconds.sorted().toArray());
    }

    /** The smallest that is not below this share of all; not a number when there are none. */
    double quantile(double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }

    String text() {
        if (sorted.length == 0) {
            return "none";
        }
        return String.format(
                Locale.ROOT,
                "median %.1f s, p90 %.1f s, max %.1f s of %d",
                quantile(0.5),
                quantile(0.9),
                quantile(1),
                sorted.length);
    }

    void write(ObjectNode node) {
        node.put("count", sorted.length);
        if (sorted.length > 0) {
            node.put("median", quantile(0.5)).put("p90", quantile(0.9)).put("max", quantile(1));
        }
        Arrays.stream(sorted).forEach(node.withArray("all")::add);
    }
}
