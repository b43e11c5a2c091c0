package dev.sluice.demo.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is written is read back by the rules of COPY's text format. */
final class CopyTextTest {
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS");
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final CopyText copy = new CopyText(out);

    private String written() throws IOException {
        copy.flush();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static long micros(LocalDateTime time) {
        return ChronoUnit.MICROS.between(LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC), time);
    }

    @Test
    void numbersCentsAndPaddedNumbers() throws IOException {
        copy.number(0)
                .number(7)
                .number(Long.MAX_VALUE)
                .cents(5)
                .cents(100)
                .cents(123_456)
                .text("0812", 42, 6)
                .endRow();
        assertThat(written()).isEqualTo("0\t7\t9223372036854775807\t0.05\t1.00\t1234.56\t0812000042\n");
    }

    @Test
    void nullIsNeitherEmptyNorTheTextThatLooksLikeIt() throws IOException {
        copy.nothing().text("").text("\\N").endRow();
        assertThat(written()).isEqualTo("\\N\t\t\\\\N\n");
    }

    @Test
    void timesAcrossDaysAndBefore1970() throws IOException {
        List<LocalDateTime> times = List.of(
                LocalDateTime.of(2026, 2, 28, 23, 59, 59, 999_999_000),
                LocalDateTime.of(2026, 3, 1, 0, 0),
                LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4_000),
                LocalDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_000),
                LocalDateTime.of(1969, 12, 31, 0, 0));
        for (LocalDateTime time : times) {
            copy.timestamp(micros(time)).endRow();
        }
        assertThat(written().lines())
                .containsExactlyElementsOf(times.stream().map(MICROS::format).toList());
    }

    @Test
    void whateverIsWrittenIsReadBackAlsoWhereItIsLargerThanTheBuffer() throws IOException {
        long seed = System.nanoTime();
        System.out.println("CopyTextTest seed " + seed);
        Random random = new Random(seed);
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            String text = text(random, random.nextInt(200) == 0 ? 100_000 : random.nextInt(20));
            long cents = random.nextInt(10_000_000);
            rows.add(List.of(text, BigDecimal.valueOf(cents, 2).toPlainString(), Integer.toString(i)));
            copy.text(text).cents(cents).number(i).endRow();
        }
        String[] lines = written().split("\n", -1);
        assertThat(lines).as("seed %d", seed).hasSize(rows.size() + 1);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(read(lines[i])).as("seed %d, row %d", seed, i).isEqualTo(rows.get(i));
        }
    }

    private static String text(Random random, int length) {
        String from = "ab\\\t\n\r ä漢😀'N";
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(from.codePointAt(
                    from.offsetByCodePoints(0, random.nextInt(from.codePointCount(0, from.length())))));
        }
        return text.toString();
    }

    private static List<String> read(String line) {
        List<String> values = new ArrayList<>();
        for (String field : line.split("\t", -1)) {
            StringBuilder value = new StringBuilder();
            for (int i = 0; i < field.length(); i++) {
                char c = field.charAt(i);
                if (c == '\\') {
                    c = switch (field.charAt(++i)) {
                        case 't' -> '\t';
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        default -> field.charAt(i);
                    };
                }
                value.append(c);
            }
            values.add(value.toString());
        }
        return values;
    }
}
