package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Lines of COPY in text format, written by the rules of its documentation. */
final class SourceScanTest {
    private static String line(String... values) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            line.append(i == 0 ? "" : "\t").append(escaped(values[i]));
        }
        return line.append('\n').toString();
    }

    private static String escaped(String value) {
        return value == null
                ? "\\N"
                : value.replace("\\", "\\\\")
                        .replace("\b", "\\b")
                        .replace("\f", "\\f")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t")
                        .replace("\u000B", "\\v");
    }

    private static byte[][] read(String line, int width) {
        return SourceScan.row(line.getBytes(StandardCharsets.UTF_8), width);
    }

    @Test
    void nullEmptyAndTheTextThatLooksLikeNullAreThreeThings() {
        assertThat(read("\\N\t\t\\\\N\n", 3)).isEqualTo(TestTable.row(null, "", "\\N"));
    }

    @Test
    void everyEscapeOfTheFormatIsRead() {
        assertThat(read("\\b\\f\\n\\r\\t\\v\\\\\n", 1)).isEqualTo(TestTable.row("\b\f\n\r\t\u000B\\"));
    }

    @Test
    void oneColumnAndManyAreRead() {
        assertThat(read("\n", 1)).isEqualTo(TestTable.row(""));
        assertThat(read("a\tb\tc\td\n", 4)).isEqualTo(TestTable.row("a", "b", "c", "d"));
    }

    @Test
    void whateverIsWrittenByTheRulesIsReadBack() {
        long seed = System.nanoTime();
        System.out.println("SourceScanTest seed " + seed);
        Random random = new Random(seed);
        String from = "aN\\\b\f\n\r\t\u000B ä漢😀'";
        for (int round = 0; round < 5_000; round++) {
            String[] values = new String[1 + random.nextInt(4)];
            for (int i = 0; i < values.length; i++) {
                StringBuilder value = new StringBuilder();
                for (int length = random.nextInt(6); length > 0; length--) {
                    value.appendCodePoint(from.codePointAt(
                            from.offsetByCodePoints(0, random.nextInt(from.codePointCount(0, from.length())))));
                }
                values[i] = random.nextInt(6) == 0 ? null : value.toString();
            }
            String line = line(values);
            assertThat(read(line, values.length)).as("seed %d: %s", seed, line).isEqualTo(TestTable.row(values));
        }
    }
}
