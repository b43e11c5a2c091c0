package dev.sluice.spec.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PostgresSqlTest {
    @Test
    void anyNameQuotedReadsBackAsItselfAndNothingEscapes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String name = HardTexts.name(random);
            String quoted = PostgresSql.identifier(name);
            assertThat(readQuoted(quoted)).as("seed %d, name %s", seed, name).isEqualTo(name);
        }
    }

    @Test
    void anyTextAsLiteralReadsBackAsItself() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String text = HardTexts.name(random);
            assertThat(readLiteral(PostgresSql.literal(text)))
                    .as("seed %d, text %s", seed, text)
                    .isEqualTo(text);
        }
    }

    @Test
    void namesThatPostgresCannotHoldAreRefused() {
        assertThatThrownBy(() -> PostgresSql.identifier("")).hasMessageContaining("empty");
        assertThatThrownBy(() -> PostgresSql.identifier("a\0b")).hasMessageContaining("U+0000");
        assertThatThrownBy(() -> PostgresSql.identifier("x".repeat(64))).hasMessageContaining("63 bytes");
        assertThatThrownBy(() -> PostgresSql.identifier("\u00e4".repeat(32))).hasMessageContaining("63 bytes");
        assertThat(PostgresSql.identifier("x".repeat(63))).hasSize(65);
        assertThatThrownBy(() -> PostgresSql.literal("a\0b")).hasMessageContaining("U+0000");
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
