package dev.sluice.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PostgresIdentifiersTest {
    private static final String HARD = "\"'\\;.-/*$ \n\t\u0001\u00e4\u4e16\u202e" + "aZ0_\ud83d\ude00";

    @Test
    void anyNameQuotedReadsBackAsItselfAndNothingEscapes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String name = randomName(random);
            String quoted = PostgresIdentifiers.quote(name);
            assertThat(readQuoted(quoted)).as("seed %d, name %s", seed, name).isEqualTo(name);
        }
    }

    @Test
    void anyTextAsLiteralReadsBackAsItself() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String text = randomName(random);
            assertThat(readLiteral(PostgresIdentifiers.literal(text)))
                    .as("seed %d, text %s", seed, text)
                    .isEqualTo(text);
        }
    }

    @Test
    void aQuotedQualifiedNameIsSplitAgain() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String schema = randomName(random);
            String name = randomName(random);
            assertThat(PostgresIdentifiers.parseQualified(PostgresIdentifiers.quote(schema, name)))
                    .as("seed %d", seed)
                    .contains(new PostgresIdentifiers.QualifiedName(schema, name));
        }
    }

    @Test
    void namesThatPostgresCannotHoldAreRefused() {
        assertThatThrownBy(() -> PostgresIdentifiers.quote("")).hasMessageContaining("empty");
        assertThatThrownBy(() -> PostgresIdentifiers.quote("a\0b")).hasMessageContaining("U+0000");
        assertThatThrownBy(() -> PostgresIdentifiers.quote("x".repeat(64))).hasMessageContaining("63 bytes");
        assertThatThrownBy(() -> PostgresIdentifiers.quote("\u00e4".repeat(32))).hasMessageContaining("63 bytes");
        assertThat(PostgresIdentifiers.quote("x".repeat(63))).hasSize(65);
    }

    @Test
    void unqualifiedNamesAreNoQualifiedNames() {
        for (String text : new String[] {"orders", "", ".", "a.", ".b", "a.b.c", "a b.c", "\"a\"b.c", "\"\".c"}) {
            assertThat(PostgresIdentifiers.parseQualified(text)).as(text).isEmpty();
        }
    }

    private static String randomName(Random random) {
        StringBuilder name = new StringBuilder();
        int[] letters = HARD.codePoints().toArray();
        do {
            name.appendCodePoint(letters[random.nextInt(letters.length)]);
        } while (random.nextInt(12) > 0 && name.toString().getBytes(StandardCharsets.UTF_8).length < 60);
        return name.toString();
    }

    /** Reads as PostgreSQL's scanner does: the name ends at the first quote that is not doubled. */
    private static String readQuoted(String sql) {
        assertThat(sql).startsWith("\"");
        StringBuilder name = new StringBuilder();
        int at = 1;
        while (true) {
            if (sql.charAt(at) != '"') {
                name.append(sql.charAt(at++));
            } else if (at + 1 < sql.length() && sql.charAt(at + 1) == '"') {
                name.append('"');
                at += 2;
            } else {
                assertThat(at).isEqualTo(sql.length() - 1);
                return name.toString();
            }
        }
    }

    private static String readLiteral(String sql) {
        boolean escapes = sql.startsWith("E");
        StringBuilder text = new StringBuilder();
        int at = escapes ? 2 : 1;
        while (true) {
            char c = sql.charAt(at);
            boolean doubled = at + 1 < sql.length() && sql.charAt(at + 1) == c;
            if (c == '\'' && !doubled) {
                assertThat(at).isEqualTo(sql.length() - 1);
                return text.toString();
            }
            at += c == '\'' || escapes && c == '\\' ? 2 : 1;
            text.append(c);
        }
    }
}
