package dev.sluice.spec.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The engine itself reads them back in {@code ClickHouseServerIT}. */
class ClickHouseSqlTest {
    @Test
    void whateverIsQuotedReadsBackAsItselfAndNothingEscapes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String text = HardTexts.name(random);
            assertThat(read(ClickHouseSql.identifier(text), '`'))
                    .as("seed %d", seed)
                    .isEqualTo(text);
            assertThat(read(ClickHouseSql.literal(text), '\''))
                    .as("seed %d", seed)
                    .isEqualTo(text);
        }
    }

    @Test
    void anEmptyNameIsRefused() {
        assertThatThrownBy(() -> ClickHouseSql.qualified("hot", "")).isInstanceOf(IllegalArgumentException.class);
        assertThat(ClickHouseSql.literal("")).isEqualTo("''");
    }

    /** As the engine's lexer does: a backslash takes the next letter along, the first quote without one is the end. */
    private static String read(String sql, char quote) {
        assertThat(sql.charAt(0)).isEqualTo(quote);
        StringBuilder text = new StringBuilder();
        int at = 1;
        while (sql.charAt(at) != quote) {
            at += sql.charAt(at) == '\\' ? 1 : 0;
            text.append(sql.charAt(at++));
        }
        assertThat(at).isEqualTo(sql.length() - 1);
        return text.toString();
    }
}
