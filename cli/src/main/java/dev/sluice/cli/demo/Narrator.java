package dev.sluice.cli.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Says what the demo does, keeps what was checked and what was measured. Owned by the demo's thread. */
final class Narrator {
    private final PrintStream out;
    private final List<String> failures = new ArrayList<>();
    private final List<String[]> measured = new ArrayList<>();
    private int step;
    private int checks;

    Narrator(PrintStream out) {
        this.out = out;
    }

    void step(String title, String explanation) {
        step++;
        out.printf("%n%d. %s%n   %s%n", step, title, explanation);
    }

    void say(String format, Object... arguments) {
        out.println("   " + String.format(Locale.ROOT, format, arguments));
    }

    /** A step's own check; a failure lets the demo go on, and fails it at the end. */
    void check(boolean holds, String format, Object... arguments) {
        String what = String.format(Locale.ROOT, format, arguments);
        checks++;
        if (!holds) {
            failures.add("step " + step + ": " + what);
        }
        out.println("   " + (holds ? "[ok] " : "[FAILED] ") + what);
    }

    void measured(String what, String format, Object... arguments) {
        measured.add(new String[] {what, String.format(Locale.ROOT, format, arguments)});
    }

    /** Rows of equal length, the first one the header; numbers to the right. */
    void table(List<List<String>> rows) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder("   ");
            for (int i = 0; i < columns; i++) {
                boolean number = rows.size() > 1 && rows.get(1).get(i).matches("[-+]?[0-9][0-9,.]*( .*)?");
                line.append(String.format("%" + (number ? "" : "-") + widths[i] + "s  ", row.get(i)));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    void summary() {
        out.printf("%nMeasured in this run%n");
        List<List<String>> rows = new ArrayList<>();
        measured.forEach(pair -> rows.add(List.of(pair[0], pair[1])));
        int width = rows.stream().mapToInt(row -> row.get(0).length()).max().orElse(1);
        rows.forEach(row -> out.printf("   %-" + width + "s  %s%n", row.get(0), row.get(1)));
        out.printf("%n%d checks, %d failed%n", checks, failures.size());
        failures.forEach(failure -> out.println("   FAILED " + failure));
    }

    boolean allHeld() {
        return failures.isEmpty();
    }
}
