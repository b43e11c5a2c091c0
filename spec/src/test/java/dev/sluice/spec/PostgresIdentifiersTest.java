package dev.sluice.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.spec.sql.HardTexts;
import dev.sluice.spec.sql.PostgresSql;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PostgresIdentifiersTest {
    @Test
    void aQuotedQualifiedNameIsSplitAgain() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String schema = HardTexts.name(random);
            String name = HardTexts.name(random);
            assertThat(PostgresIdentifiers.parseQualified(PostgresSql.qualified(schema, name)))
                    .as("seed %d", seed)
                    .contains(new PostgresIdentifiers.QualifiedName(schema, name));
        }
    }

    @Test
    void unqualifiedNamesAreNoQualifiedNames() {
        for (String text : new String[] {"orders", "", ".", "a.", ".b", "a.b.c", "a b.c", "\"a\"b.c", "\"\".c"}) {
            assertThat(PostgresIdentifiers.parseQualified(text)).as(text).isEmpty();
        }
    }
}
