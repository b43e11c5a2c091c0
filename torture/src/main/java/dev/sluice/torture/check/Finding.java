package dev.sluice.torture.check;

import java.util.List;

/**
 * Something that must not be.
 *
 * @param check which of the checks found it
 * @param snapshot its id; 0 where it is not about one
 * @param position in the stamp, or where the comparison was made
 * @param keys up to {@value Differences#KEYS_MAX} of the rows that differ
 */
public record Finding(Check check, String table, long snapshot, String position, String text, List<String> keys) {
    /** The checks, by the letters of the design. */
    public enum Check {
        /** Stamps rise over data snapshots, and upkeep repeats its parent's. */
        STAMPS("a"),
        /** Rows are those of the source at the position. */
        ROWS("b"),
        /** What holds over several tables holds at each common position. */
        TOGETHER("c"),
        /** The hot table is the source at the position that it states. */
        HOT("e"),
        /** Files that a snapshot names are there. */
        FILES("f");

        private final String letter;

        Check(String letter) {
            this.letter = letter;
        }

        public String letter() {
            return letter;
        }
    }

    public Finding {
        keys = List.copyOf(keys);
    }

    /** For people. */
    public String line() {
        return "(" + check.letter() + ") " + table + (snapshot == 0 ? "" : ", snapshot " + snapshot) + " at " + position
                + ": " + text + (keys.isEmpty() ? "" : "; " + String.join("; ", keys));
    }
}
