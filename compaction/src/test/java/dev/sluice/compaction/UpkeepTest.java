package dev.sluice.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.compaction.expire.SnapshotExpiry;
import dev.sluice.compaction.health.TableHealth;
import dev.sluice.compaction.rewrite.GroupRewriter;
import dev.sluice.compaction.rewrite.RewriteCommit;
import dev.sluice.compaction.rewrite.RewriteGroup;
import dev.sluice.compaction.rewrite.RewritePlanner;
import dev.sluice.compaction.rewrite.RewriteResult;
import dev.sluice.lake.Stamp;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UpkeepTest {
    private final TestLake lake = new TestLake();

    @Test
    void rewritingKeepsTheRowsAndTheStampAndLeavesNoDanglingDeletes() throws IOException {
        randomCommits(new Random(seed()), 12);
        rewriteAll();
        assertThat(lake.content()).isEqualTo(lake.model);
        TableHealth health = TableHealth.of(lake.table, "t", TestLake.POLICY);
        assertThat(health.dataFiles()).isEqualTo(1);
        assertThat(health.deleteFiles()).isZero();
        assertThat(Stamp.of(lake.table.currentSnapshot())).hasValueSatisfying(stamp -> {
            assertThat(stamp.position()).isEqualTo(lake.lastLsn());
            assertThat(stamp.kind()).isEqualTo(Stamp.Kind.UPKEEP);
        });
    }

    @Test
    void deletesCommittedWhileARewriteRunsStillReachTheRewrittenRows() throws IOException {
        Random random = new Random(seed());
        randomCommits(random, 10);
        List<RewriteResult> results = rewrite();
        randomCommits(random, 10);
        Map<Long, String> everything = new HashMap<>();
        lake.model.keySet().forEach(id -> everything.put(id, id % 2 == 0 ? null : "after"));
        lake.commit(everything);
        new RewriteCommit(lake.table, "t").commit(results);
        assertThat(lake.content()).isEqualTo(lake.model);
        assertThat(Stamp.of(lake.table.currentSnapshot()).orElseThrow().position())
                .isEqualTo(lake.lastLsn());
        rewriteAll();
        assertThat(lake.content()).isEqualTo(lake.model);
    }

    @Test
    void manyRoundsOfWritingAndRewritingNeverResurrectARow() throws IOException {
        Random random = new Random(seed());
        for (int round = 0; round < 8; round++) {
            randomCommits(random, 4);
            List<RewriteResult> results = rewrite();
            randomCommits(random, random.nextInt(4));
            if (!results.isEmpty()) {
                new RewriteCommit(lake.table, "t").commit(results);
            }
            assertThat(lake.content()).as("round %d", round).isEqualTo(lake.model);
        }
    }

    @Test
    void aForeignHeadIsNotRewrittenIntoOneThatLooksLikeOurs() throws IOException {
        randomCommits(new Random(seed()), 6);
        List<RewriteResult> results = rewrite();
        lake.table
                .newDelete()
                .deleteFromRowFilter(org.apache.iceberg.expressions.Expressions.alwaysTrue())
                .commit();
        long foreign = lake.table.currentSnapshot().snapshotId();
        assertThatThrownBy(() -> new RewriteCommit(lake.table, "t").commit(results))
                .hasMessageContaining("E0506")
                .hasMessageContaining("the head of t is not ours")
                .hasMessageContaining(Long.toString(foreign));
        lake.table.refresh();
        assertThat(lake.table.currentSnapshot().snapshotId()).isEqualTo(foreign);
    }

    @Test
    void compactTableIsLeftAlone() throws IOException {
        randomCommits(new Random(seed()), 12);
        rewriteAll();
        assertThat(RewritePlanner.plan(lake.table, "t", TestLake.POLICY)).isEmpty();
    }

    @Test
    void tableWhoseRowsAreAllDeletedEndsWithoutFiles() throws IOException {
        lake.commit(Map.of(1L, "a", 2L, "b"));
        Map<Long, String> none = new HashMap<>();
        none.put(1L, null);
        none.put(2L, null);
        lake.commit(none);
        lake.commit(Map.of(3L, "c"));
        none.clear();
        none.put(3L, null);
        lake.commit(none);
        rewriteAll();
        assertThat(lake.content()).isEmpty();
        assertThat(TableHealth.of(lake.table, "t", TestLake.POLICY).dataFiles()).isZero();
    }

    @Test
    void expiryKeepsTheHeadAndWhatATagNames() throws IOException {
        randomCommits(new Random(seed()), 3);
        long tagged = lake.table.currentSnapshot().snapshotId();
        Map<Long, String> taggedRows = lake.content();
        lake.table.manageSnapshots().createTag("kept", tagged).commit();
        randomCommits(new Random(1), 5);
        Clock later = Clock.fixed(Instant.now().plus(Duration.ofHours(1)), ZoneOffset.UTC);
        SnapshotExpiry expiry = new SnapshotExpiry(lake.table, TestLake.POLICY, later);
        List<Long> planned = expiry.plan();
        assertThat(expiry.run()).isEqualTo(planned.size()).isEqualTo(6);
        assertThat(lake.table.snapshots()).hasSize(2);
        assertThat(lake.content(tagged)).isEqualTo(taggedRows);
        assertThat(lake.content()).isEqualTo(lake.model);
        assertThat(Stamp.of(lake.table.currentSnapshot()).orElseThrow().position())
                .isEqualTo(lake.lastLsn());
    }

    private List<RewriteResult> rewrite() throws IOException {
        lake.table.refresh();
        List<RewriteResult> results = new ArrayList<>();
        for (RewriteGroup group : RewritePlanner.plan(lake.table, "t", TestLake.POLICY)) {
            results.add(new GroupRewriter(lake.table, TestLake.POLICY).rewrite(group));
        }
        return results;
    }

    private void rewriteAll() throws IOException {
        new RewriteCommit(lake.table, "t").commit(rewrite());
    }

    private void randomCommits(Random random, int commits) throws IOException {
        for (int i = 0; i < commits; i++) {
            Map<Long, String> changes = new HashMap<>();
            for (int k = 0; k < 20; k++) {
                long id = random.nextInt(60);
                changes.put(id, random.nextInt(4) == 0 ? null : "v" + random.nextInt(1000));
            }
            changes.keySet().removeIf(id -> changes.get(id) == null && !lake.model.containsKey(id));
            lake.commit(changes);
        }
    }

    private static long seed() {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        System.out.println("seed " + seed);
        return seed;
    }
}
