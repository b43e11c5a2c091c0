package dev.sluice.spec.sql;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Texts of the letters that quoting has to do with, and of some that it must leave alone. */
public final class HardTexts {
    private static final String LETTERS = "\"'`\\;.-/*$ \n\t\u0001\u00e4\u4e16\u202e" + "aZ0_\ud83d\ude00";

    private HardTexts() {}

    /** Not empty, and short enough for a name in PostgreSQL. */
    public static String name(Random random) {
        StringBuilder name = new StringBuilder();
        int[] letters = LETTERS.codePoints().toArray();
        do {
            name.appendCodePoint(letters[random.nextInt(letters.length)]);
        } while (random.nextInt(12) > 0 && name.toString().getBytes(StandardCharsets.UTF_8).length < 60);
        return name.toString();
    }
}
