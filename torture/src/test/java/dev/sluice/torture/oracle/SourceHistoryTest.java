package dev.sluice.torture.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.torture.oracle.SourceHistory.Transaction;
import dev.sluice.verify.ComparedTable;
import dev.sluice.verify.ComparedTable.Column;
import dev.sluice.verify.ComparedTable.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SourceHistoryTest {
    private static final ComparedTable DOCS = new ComparedTable(
            new TableSpec("public", "docs", List.of()),
            1,
            Map.of(new Relation("public", "docs"), 1L),
            false,
            List.of(new Column("id", "int"), new Column("title", "string"), new Column("body", "string")),
            new int[] {0});

    private final SourceHistory history = new SourceHistory(List.of(DOCS));
    private final List<Transaction> transactions = new ArrayList<>();

    @Test
    void aRowThatIsTakenOutLeavesTheSumAsItWas() throws Exception {
        commit(180, "INSERT: id[integer]:1 title[text]:'a' body[text]:'b'");
        commit(280, "INSERT: id[integer]:2 title[text]:null body[text]:'b'");
        commit(380, "UPDATE: id[integer]:2 title[text]:'c' body[text]:'b'");
        commit(480, "DELETE: id[integer]:2");
        advanceOneByOne();
        assertThat(sum(480)).isEqualTo(sum(180)).isNotEqualTo(sum(280));
        assertThat(sum(380)).isNotEqualTo(sum(280));
        assertThat(sum(380).rows()).isEqualTo(2);
    }

    @Test
    void aValueThatWasNotSentIsTheOneFromBefore() throws Exception {
        commit(180, "INSERT: id[integer]:1 title[text]:'a' body[text]:'large'");
        commit(
                280,
                "UPDATE: old-key: id[integer]:1 new-tuple: id[integer]:5 title[text]:'a' body[text]:unchanged-toast-datum");
        commit(380, "TRUNCATE: (no-flags)");
        commit(480, "INSERT: id[integer]:5 title[text]:'a' body[text]:'large'");
        advanceOneByOne();
        assertThat(sum(280)).isEqualTo(sum(480));
        assertThat(sum(380).rows()).isZero();
    }

    @Test
    void whatComesAgainIsTakenInOnce() throws Exception {
        commit(180, "INSERT: id[integer]:1 title[text]:'a' body[text]:'b'");
        history.advance(position -> transactions, new Lsn(180));
        commit(280, "INSERT: id[integer]:2 title[text]:'a' body[text]:'b'");
        history.advance(position -> transactions, new Lsn(280));
        assertThat(sum(280).rows()).isEqualTo(2);
        assertThat(history.transactions()).isEqualTo(2);
    }

    @Test
    void atAPositionThatWasPassedOneOfTwoSumsIsPossible() throws Exception {
        commit(180, "INSERT: id[integer]:1 title[text]:'a' body[text]:'b'");
        commit(280, "INSERT: id[integer]:2 title[text]:'a' body[text]:'b'");
        history.advance(position -> transactions, new Lsn(280));
        assertThat(history.sum("docs", new Lsn(200))).isEmpty();
        assertThat(history.possibleSums("docs", new Lsn(200)).stream().map(RowSum.Value::rows))
                .containsExactly(1L, 2L);
    }

    @Test
    void whatCannotBeBreaksTheOracleAndNotTheLake() {
        commit(180, "DELETE: id[integer]:1");
        assertThatThrownBy(() -> history.advance(position -> transactions, new Lsn(180)))
                .isInstanceOf(OracleException.class)
                .hasMessageContaining("id=1");
    }

    private void commit(long end, String change) {
        transactions.add(new Transaction(new Lsn(end), List.of("table public.docs: " + change)));
    }

    private void advanceOneByOne() throws Exception {
        for (Transaction transaction : transactions) {
            history.advance(
                    position -> transactions.stream()
                            .filter(one -> one.end().isAtMost(position))
                            .toList(),
                    transaction.end());
        }
    }

    private RowSum.Value sum(long position) {
        return history.sum("docs", new Lsn(position)).orElseThrow();
    }
}
