package dev.sluice.torture.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.torture.workload.TransactionDraw.Drawn;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TransactionDrawTest {
    @Test
    void oneSeedGivesOneWorkload() {
        assertThat(first(7, 0, 500)).isEqualTo(first(7, 0, 500));
        assertThat(first(7, 0, 500)).isNotEqualTo(first(8, 0, 500)).isNotEqualTo(first(7, 1, 500));
    }

    @Test
    void everyKindOfTransactionComes() {
        assertThat(first(1, 0, 5_000).stream().map(Drawn::kind).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        "transfer",
                        "documents",
                        "mixed",
                        "scratch",
                        "savepoint",
                        "rollback",
                        "truncate",
                        "large",
                        "prune");
    }

    @Test
    void everyTransactionWritesOneRowOfTheLedger() {
        for (Drawn drawn : first(2, 1, 1_000)) {
            assertThat(drawn.statements().stream().filter(sql -> sql.startsWith("insert into ledger")))
                    .hasSize(1);
        }
    }

    private static List<Drawn> first(long seed, int session, int count) {
        TransactionDraw draw = new TransactionDraw(seed, session, 2);
        return Stream.generate(draw::next).limit(count).toList();
    }
}
