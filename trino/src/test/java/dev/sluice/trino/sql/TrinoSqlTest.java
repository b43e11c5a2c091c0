package dev.sluice.trino.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.sql.TrinoSql;
import io.trino.sql.parser.SqlParser;
import io.trino.sql.tree.Identifier;
import io.trino.sql.tree.StringLiteral;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrinoSqlTest {
    private static final String ALPHABET = "aZ_0 \"'`\\;-/*$@.é漢\uD83D\uDE00";

    @Test
    void whateverIsQuotedParsesBackToItself() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int[] letters = ALPHABET.codePoints().toArray();
        SqlParser parser = new SqlParser();
        for (int i = 0; i < 2_000; i++) {
            String text = random.ints(1 + random.nextInt(20), 0, letters.length)
                    .collect(StringBuilder::new, (b, at) -> b.appendCodePoint(letters[at]), StringBuilder::append)
                    .toString();
            assertThat(parser.createExpression(TrinoSql.identifier(text)))
                    .as("seed %d", seed)
                    .isEqualTo(new Identifier(text, true));
            assertThat(((StringLiteral) parser.createExpression(TrinoSql.literal(text))).getValue())
                    .as("seed %d", seed)
                    .isEqualTo(text);
        }
    }

    @Test
    void emptyNamesAndControlCharactersAreRefused() {
        assertThatThrownBy(() -> TrinoSql.identifier("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TrinoSql.identifier("a\nb")).isInstanceOf(IllegalArgumentException.class);
    }
}
