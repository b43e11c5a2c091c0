package dev.sluice.trino.query;

import org.jline.utils.WCWidth;

/** How many columns of a terminal a text takes. */
final class TextWidth {
    private TextWidth() {}

    static int of(String text) {
        // A control character has no width, and says so by a negative one.
        return text.codePoints().map(one -> Math.max(0, WCWidth.wcwidth(one))).sum();
    }
}
