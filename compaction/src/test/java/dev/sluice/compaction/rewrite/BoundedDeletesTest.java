package dev.sluice.compaction.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compaction.TestLake;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rewriting with a memory for deleted keys that is far smaller than what is deleted. */
class BoundedDeletesTest {
    private static final long A_FEW_KEYS = 2_000;

    private final TestLake lake = new TestLake();

    @Test
    void keysThatDoNotFitInMemoryAreAppliedInPassesAndTheRowsAreTheSame() throws IOException {
        Random random = new Random(7);
        int extraPasses = 0;
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 6; i++) {
                lake.commit(changes(random, 60));
            }
            List<RewriteResult> results = new ArrayList<>();
            for (RewriteGroup group : RewritePlanner.plan(lake.table, "t", TestLake.POLICY)) {
                GroupRewriter rewriter = new GroupRewriter(lake.table, TestLake.POLICY, A_FEW_KEYS);
                results.add(rewriter.rewrite(group));
                extraPasses += rewriter.extraPasses();
            }
            lake.commit(changes(random, 20));
            new RewriteCommit(lake.table, "t").commit(results);
            assertThat(lake.content()).as("round %d", round).isEqualTo(lake.model);
        }
        assertThat(extraPasses).as("the memory was too small").isGreaterThan(5);
    }

    @Test
    void aDeleteFileTooLargeToBeHeldIsReadRowByRow() throws IOException {
        Map<Long, String> rows = new HashMap<>();
        for (long id = 0; id < 30_000; id++) {
            rows.put(id, "row " + id);
        }
        lake.commit(rows);
        rows.replaceAll((id, payload) -> id % 3 == 0 ? null : "new " + id);
        lake.commit(rows);
        lake.commit(Map.of(1L, "last"));
        List<RewriteResult> results = new ArrayList<>();
        int extraPasses = 0;
        for (RewriteGroup group : RewritePlanner.plan(lake.table, "t", TestLake.POLICY)) {
            GroupRewriter rewriter = new GroupRewriter(lake.table, TestLake.POLICY, 2_000_000);
            results.add(rewriter.rewrite(group));
            extraPasses += rewriter.extraPasses();
        }
        assertThat(extraPasses).isPositive();
        new RewriteCommit(lake.table, "t").commit(results);
        assertThat(lake.content()).isEqualTo(lake.model).hasSize(20_000);
    }

    private Map<Long, String> changes(Random random, int count) {
        Map<Long, String> changes = new HashMap<>();
        for (int i = 0; i < count; i++) {
            changes.put((long) random.nextInt(200), random.nextInt(4) == 0 ? null : "v" + random.nextInt(1000));
        }
        changes.keySet().removeIf(id -> changes.get(id) == null && !lake.model.containsKey(id));
        return changes;
    }
}
