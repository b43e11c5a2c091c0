package dev.sluice.spec;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What becomes of a row with a value that its lake type cannot hold: an infinite date, {@code NaN} in a
 * {@code numeric(p,s)}, an array of several dimensions. Such a value is never rounded, clamped or dropped in silence.
 */
public enum PoisonPolicy {
    /** The table is stopped at its last good position; the others go on. */
    STOP,
    /** The row goes to the dead letters of the pipeline, in the same commit, and the lake holds no row of its key. */
    QUARANTINE,
    /** The column is NULL, and PostgreSQL's text of the value stands in the column {@code <name>__special}. */
    TEXT;

    /** As written in {@code sluice.yaml}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Of what is written in {@code sluice.yaml}. */
    public static PoisonPolicy of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** All of them as written in {@code sluice.yaml}. */
    public static List<String> texts() {
        return Arrays.stream(values()).map(PoisonPolicy::text).toList();
    }
}
