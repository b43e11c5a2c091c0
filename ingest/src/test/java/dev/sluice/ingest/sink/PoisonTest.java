package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.sink.poison.DeadLetterTable;
import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.sink.poison.Replay;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.lake.Following;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.PipelineSpec.ColumnSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.PoisonPolicy;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of rows with values that the lake cannot hold. */
class PoisonTest {
    /** A date as the server sends it. */
    private static final byte[] INFINITY =
            ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).array();

    private static final LocalDate DAY = LocalDate.of(2026, 11, 28);
    private static final SourceTable VISITS = table("visits");
    private static final SourceTable OTHERS = table("others");

    private static PoisonPolicies policies(PoisonPolicy visits) {
        return PoisonPolicies.of(
                List.of(
                        new TableSpec("public", "visits", List.of(), visits, List.of()),
                        new TableSpec("public", "others", List.of())),
                List.of(VISITS, OTHERS));
    }

    @Test
    void stopLeavesTheTableAtItsLastGoodPositionAndTheOthersGoOn() throws IOException {
        try (TestLake lake = new TestLake(policies(PoisonPolicy.STOP), VISITS, OTHERS)) {
            lake.write(visits().insert(10, row(1, DAY, "a")).batch());
            lake.commitCut();
            lake.write(visits().insert(20, row(2, DAY, "b"))
                    .insert(21, row(3, INFINITY, "a secret"))
                    .batch());
            lake.write(others().insert(21, row(1, DAY, "x")).batch());
            lake.commitCut();
            lake.write(visits().insert(30, row(4, DAY, "c")).batch());
            lake.write(others().insert(30, row(2, DAY, "y")).batch());
            lake.commitCut();

            assertThat(lake.rows(VISITS)).containsExactly(row(1, DAY, "a"));
            assertThat(lake.rows(OTHERS)).containsExactlyInAnyOrder(row(1, DAY, "x"), row(2, DAY, "y"));
            assertThat(letters(lake)).isEmpty();
            assertThat(Following.of(lake.table(VISITS)).stop()).hasValueSatisfying(stop -> {
                assertThat(stop.code()).isEqualTo(ErrorCode.E0401);
                assertThat(stop.at()).isEqualTo("0/A");
                assertThat(stop.reason())
                        .contains("public.visits.day holds an infinite date")
                        .contains("commit 0/15")
                        .doesNotContain("secret");
                assertThat(stop.fix()).contains("sluice resync visits");
            });
        }
    }

    @Test
    void stopInALoadLeavesThatTableUnloadedAndLoadsTheOthers() throws IOException {
        try (TestLake lake = new TestLake(policies(PoisonPolicy.STOP), VISITS, OTHERS)) {
            lake.write(visits().insert(0, row(1, DAY, "a"))
                    .insert(0, row(2, INFINITY, "b"))
                    .load(100));
            lake.write(others().insert(0, row(1, DAY, "x")).load(100));
            lake.write(new Batch.Loaded(100, 5, new int[] {0, 1}, new long[] {2, 1}));
            lake.commitCut();
            assertThat(lake.rows(OTHERS)).hasSize(1);
            assertThat(TableStamps.current(lake.table(VISITS))).isEmpty();
            assertThat(Following.of(lake.table(VISITS)).stop())
                    .hasValueSatisfying(stop -> assertThat(stop.reason()).contains("in the load at 0/64"));
        }
    }

    @Test
    void quarantinedRowOfALoadIsADeadLetterOfTheSameCommit() throws IOException {
        try (TestLake lake = new TestLake(policies(PoisonPolicy.QUARANTINE), VISITS, OTHERS)) {
            lake.start(2);
            lake.write(
                    0,
                    visits().insert(0, row(1, DAY, "a"))
                            .insert(0, row(2, INFINITY, "b"))
                            .load(100));
            lake.write(1, visits().insert(0, row(3, INFINITY, "c")).load(100));
            lake.write(0, new Batch.Loaded(100, 5_000_000, new int[] {0, 1}, new long[] {3, 0}));
            lake.commitCut();
            assertThat(lake.rows(VISITS)).containsExactly(row(1, DAY, "a"));
            assertThat(letters(lake))
                    .containsExactlyInAnyOrder(
                            "{\"id\":\"2\",\"day\":\"infinity\",\"note\":\"b\"}",
                            "{\"id\":\"3\",\"day\":\"infinity\",\"note\":\"c\"}");
            assertThat(TableStamps.current(letterTable(lake)).orElseThrow().position())
                    .isEqualTo(TableStamps.current(lake.table(VISITS))
                            .orElseThrow()
                            .position());
            assertThat(Following.of(lake.table(VISITS)).stop()).isEmpty();
        }
    }

    @Test
    void letterReplacesTheOlderRowAndAGoodChangeReplacesTheLetter() throws IOException {
        try (TestLake lake = new TestLake(policies(PoisonPolicy.QUARANTINE), VISITS, OTHERS)) {
            lake.write(visits().insert(10, row(1, DAY, "a"))
                    .insert(10, row(2, DAY, "z"))
                    .batch());
            lake.commitCut();
            lake.write(visits().update(20, null, row(1, INFINITY, "b")).batch());
            lake.commitCut();
            assertThat(lake.rows(VISITS)).containsExactly(row(2, DAY, "z"));
            assertThat(letters(lake)).containsExactly("{\"id\":\"1\",\"day\":\"infinity\",\"note\":\"b\"}");

            lake.write(visits().update(30, null, row(1, DAY, "c")).batch());
            lake.commitCut();
            assertThat(lake.rows(VISITS)).containsExactlyInAnyOrder(row(1, DAY, "c"), row(2, DAY, "z"));
            assertThat(letters(lake)).isEmpty();
        }
    }

    @Test
    void letterEndsWithItsRowAndMovesWithItsKeyAndATruncateEndsAll() throws IOException {
        try (TestLake lake = new TestLake(policies(PoisonPolicy.QUARANTINE), VISITS, OTHERS)) {
            lake.write(visits().insert(10, row(1, INFINITY, "a"))
                    .insert(10, row(2, INFINITY, "b"))
                    .insert(10, row(3, INFINITY, "c"))
                    .batch());
            lake.commitCut();
            lake.write(visits().delete(20, row(1, null, null))
                    .update(20, row(2, null, null), row(5, INFINITY, "moved"))
                    .batch());
            lake.commitCut();
            assertThat(letters(lake))
                    .containsExactlyInAnyOrder(
                            "{\"id\":\"3\",\"day\":\"infinity\",\"note\":\"c\"}",
                            "{\"id\":\"5\",\"day\":\"infinity\",\"note\":\"moved\"}");
            lake.write(
                    visits().truncate(30).insert(30, row(9, INFINITY, "left")).batch());
            lake.commitCut();
            assertThat(letters(lake)).containsExactly("{\"id\":\"9\",\"day\":\"infinity\",\"note\":\"left\"}");
            assertThat(lake.rows(VISITS)).isEmpty();
        }
    }

    @Test
    void unchangedLargeValueIsTakenFromTheLetterAndLettersTakeTheirsFromTheLake() throws IOException {
        try (TestLake lake = new TestLake(policies(PoisonPolicy.QUARANTINE), VISITS, OTHERS)) {
            lake.write(visits().insert(10, row(1, DAY, "large")).batch());
            lake.commitCut();
            lake.write(visits().update(20, null, row(1, INFINITY, PostgresBinary.UNCHANGED))
                    .batch());
            lake.commitCut();
            assertThat(lake.rows(VISITS)).isEmpty();
            assertThat(letters(lake)).containsExactly("{\"id\":\"1\",\"day\":\"infinity\",\"note\":\"large\"}");
            lake.write(visits().update(30, null, row(1, DAY, PostgresBinary.UNCHANGED))
                    .batch());
            lake.commitCut();
            assertThat(lake.rows(VISITS)).containsExactly(row(1, DAY, "large"));
            assertThat(letters(lake)).isEmpty();
        }
    }

    @Test
    void cutThatComesAgainChangesNeitherTheTableNorItsLetters() throws IOException {
        try (TestLake lake = new TestLake(policies(PoisonPolicy.QUARANTINE), VISITS, OTHERS)) {
            lake.write(visits().insert(10, row(1, INFINITY, "a"))
                    .insert(10, row(2, DAY, "b"))
                    .batch());
            var cut = lake.checkpoint();
            assertThat(lake.commit(cut)).isFalse();
            long letters = letterTable(lake).currentSnapshot().snapshotId();
            lake.start(1);
            assertThat(lake.commit(cut)).isTrue();
            assertThat(letterTable(lake).currentSnapshot().snapshotId()).isEqualTo(letters);
            assertThat(letters(lake)).hasSize(1);
        }
    }

    @Test
    void textMovesTheValueToItsCompanionAndCarriesItOver() throws IOException {
        try (TestLake lake = new TestLake(policies(PoisonPolicy.TEXT), VISITS, OTHERS)) {
            lake.write(visits().insert(10, row(1, INFINITY, "a"))
                    .insert(10, row(2, DAY, "b"))
                    .batch());
            lake.commitCut();
            assertThat(lake.table(VISITS).schema().findField("day__special")).isNotNull();
            assertThat(lake.rows(VISITS))
                    .containsExactlyInAnyOrder(
                            Arrays.asList(1, null, "a", "infinity"), Arrays.asList(2, DAY, "b", null));
            lake.write(visits().update(20, null, row(1, PostgresBinary.UNCHANGED, "c"))
                    .batch());
            lake.commitCut();
            lake.write(visits().update(30, null, row(2, INFINITY, PostgresBinary.UNCHANGED))
                    .batch());
            lake.commitCut();
            assertThat(lake.rows(VISITS))
                    .containsExactlyInAnyOrder(
                            Arrays.asList(1, null, "c", "infinity"), Arrays.asList(2, null, "b", "infinity"));
            assertThat(letters(lake)).isEmpty();
        }
    }

    @Test
    void companionIsAddedToATableThatWasMadeWithoutAndStaysWhenThePolicyGoes() throws IOException {
        try (TestLake lake = new TestLake(policies(PoisonPolicy.STOP), VISITS, OTHERS)) {
            lake.write(visits().insert(10, row(1, DAY, "a")).batch());
            lake.commitCut();
            lake.startWith(policies(PoisonPolicy.TEXT));
            lake.write(visits().insert(20, row(2, INFINITY, "b")).batch());
            lake.commitCut();
            lake.startWith(policies(PoisonPolicy.QUARANTINE));
            lake.write(visits().update(30, null, row(2, PostgresBinary.UNCHANGED, "c"))
                    .batch());
            lake.commitCut();
            assertThat(lake.rows(VISITS))
                    .containsExactlyInAnyOrder(
                            Arrays.asList(1, DAY, "a", null), Arrays.asList(2, null, "c", "infinity"));
        }
    }

    @Test
    void replayBringsLettersBackAtThePositionOfTheirTableAndLeavesWhatHasNoPlace() throws IOException {
        try (TestLake lake = new TestLake(policies(PoisonPolicy.QUARANTINE), VISITS, OTHERS)) {
            lake.write(visits().insert(10, row(1, INFINITY, "a"))
                    .insert(10, row(2, INFINITY, "b"))
                    .insert(10, row(3, DAY, "c"))
                    .batch());
            lake.commitCut();
            Replay replay = new Replay(lake.catalog, TestLake.PIPELINE);
            Replay.Outcome nothing =
                    replay.run(VISITS, policies(PoisonPolicy.QUARANTINE).of(0));
            assertThat(nothing.replayed()).isEmpty();
            assertThat(nothing.left()).hasSize(2);

            lake.startWith(policies(PoisonPolicy.TEXT));
            assertThat(replay.look(VISITS, policies(PoisonPolicy.TEXT).of(0)).replayed())
                    .hasSize(2);
            assertThat(letters(lake)).as("looking changes nothing").hasSize(2);
            assertThat(replay.run(VISITS, policies(PoisonPolicy.TEXT).of(0)).replayed())
                    .hasSize(2);
            assertThat(letters(lake)).isEmpty();
            assertThat(lake.rows(VISITS))
                    .containsExactlyInAnyOrder(
                            Arrays.asList(1, null, "a", "infinity"),
                            Arrays.asList(2, null, "b", "infinity"),
                            Arrays.asList(3, DAY, "c", null));
            assertThat(TableStamps.current(lake.table(VISITS))
                            .orElseThrow()
                            .position()
                            .lsn()
                            .value())
                    .isEqualTo(10);

            // The pipeline goes on, and later changes reach what was replayed.
            lake.write(visits().update(20, null, row(1, DAY, PostgresBinary.UNCHANGED))
                    .delete(20, row(2, null, null))
                    .batch());
            lake.commitCut();
            assertThat(lake.rows(VISITS))
                    .containsExactlyInAnyOrder(Arrays.asList(1, DAY, "a", null), Arrays.asList(3, DAY, "c", null));
        }
    }

    /** The letter ended before: the row of today is not overwritten by that of yesterday. */
    @Test
    void replayNeverBringsBackALetterThatALaterChangeHasEnded() throws IOException {
        try (TestLake lake = new TestLake(policies(PoisonPolicy.QUARANTINE), VISITS, OTHERS)) {
            lake.write(visits().insert(10, row(1, INFINITY, "old"))
                    .insert(10, row(2, INFINITY, "gone"))
                    .batch());
            lake.commitCut();
            lake.write(visits().update(20, null, row(1, DAY, "new"))
                    .delete(20, row(2, null, null))
                    .batch());
            lake.commitCut();
            lake.startWith(policies(PoisonPolicy.TEXT));
            new Replay(lake.catalog, TestLake.PIPELINE)
                    .run(VISITS, policies(PoisonPolicy.TEXT).of(0));
            assertThat(lake.rows(VISITS)).containsExactly(Arrays.asList(1, DAY, "new", null));
        }
    }

    @Test
    void replayBesideARunningCutLeavesOneOfThemInEffectForEachKey() throws IOException {
        try (TestLake lake = new TestLake(policies(PoisonPolicy.QUARANTINE), VISITS, OTHERS)) {
            lake.write(visits().insert(10, row(1, INFINITY, "a"))
                    .insert(10, row(2, INFINITY, "b"))
                    .batch());
            lake.commitCut();
            lake.startWith(policies(PoisonPolicy.TEXT));
            lake.write(visits().update(20, null, row(1, DAY, PostgresBinary.UNCHANGED))
                    .batch());
            var cut = lake.checkpoint();
            new Replay(lake.catalog, TestLake.PIPELINE)
                    .run(VISITS, policies(PoisonPolicy.TEXT).of(0));
            lake.commit(cut);
            assertThat(lake.rows(VISITS))
                    .containsExactlyInAnyOrder(
                            Arrays.asList(1, DAY, "a", null), Arrays.asList(2, null, "b", "infinity"));
            assertThat(letters(lake)).isEmpty();
        }
    }

    @Test
    void keyColumnIsAlwaysStopAndOtherPoliciesForItAreRefused() {
        SourceTable keyed = new SourceTable(
                "1", "public", "keyed", List.of(new SourceColumn("day", true, Scalar.DATE)), List.of(0), false);
        assertThat(PoisonPolicies.of(
                                List.of(new TableSpec("public", "keyed", List.of(), PoisonPolicy.TEXT, List.of())),
                                List.of(keyed))
                        .of(0))
                .containsExactly(PoisonPolicy.STOP);
        assertThatThrownBy(() -> PoisonPolicies.of(
                        List.of(new TableSpec(
                                "public",
                                "keyed",
                                List.of(),
                                PoisonPolicy.STOP,
                                List.of(new ColumnSpec("day", PoisonPolicy.QUARANTINE)))),
                        List.of(keyed)))
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0402));
        assertThatThrownBy(() -> policiesOfColumn("dya")).hasMessageContaining("did you mean day?");
    }

    private static PoisonPolicies policiesOfColumn(String name) {
        TableSpec spec = new TableSpec(
                "public", "visits", List.of(), PoisonPolicy.STOP, List.of(new ColumnSpec(name, PoisonPolicy.TEXT)));
        return PoisonPolicies.of(List.of(spec), List.of(VISITS));
    }

    /** At each position the lake and its letters are together the source, and no row is in both. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void lakeAndLettersAreTheSourceAfterEveryCut(long seed) throws IOException {
        new RandomRun(seed, PoisonPolicy.QUARANTINE).go();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void lakeWithTextsIsTheSourceAfterEveryCut(long seed) throws IOException {
        new RandomRun(seed, PoisonPolicy.TEXT).go();
    }

    private static final class RandomRun {
        private final long seed;
        private final PoisonPolicy policy;
        private final Random random;
        private final Map<Integer, List<Object>> model = new TreeMap<>();
        private long lsn = 1;
        private int poisoned;

        RandomRun(long seed, PoisonPolicy policy) {
            this.seed = seed;
            this.policy = policy;
            this.random = new Random(seed);
        }

        void go() throws IOException {
            try (TestLake lake = new TestLake(policies(policy), VISITS, OTHERS)) {
                for (int cut = 0; cut < 12; cut++) {
                    Changes changes = visits();
                    for (int i = random.nextInt(12) + 1; i > 0; i--) {
                        change(changes);
                    }
                    lake.write(changes.batch());
                    if (random.nextInt(6) == 0) {
                        // The job starts anew, the cut is lost and comes again.
                        lake.start(1);
                        lake.write(changes.batch());
                    }
                    var files = lake.checkpoint();
                    lake.commit(files);
                    if (random.nextInt(4) == 0) {
                        lake.commit(files);
                    }
                    compare(lake, cut);
                }
                assertThat(poisoned).as("the run had poison").isPositive();
            }
        }

        private void change(Changes changes) {
            lsn++;
            int id = random.nextInt(7);
            boolean isPoison = random.nextInt(3) == 0;
            poisoned += isPoison ? 1 : 0;
            Object day = isPoison ? INFINITY : DAY.plusDays(random.nextInt(100));
            List<Object> held = model.get(id);
            List<Object> row = row(id, day, "n" + random.nextInt(1000));
            if (random.nextInt(60) == 0) {
                changes.truncate(lsn);
                model.clear();
            } else if (held == null) {
                changes.insert(lsn, row);
                model.put(id, row);
            } else if (random.nextInt(4) == 0) {
                changes.delete(lsn, row(id, null, null));
                model.remove(id);
            } else if (random.nextInt(3) == 0) {
                changes.update(lsn, null, row(id, day, PostgresBinary.UNCHANGED));
                model.put(id, row(id, day, held.get(2)));
            } else if (random.nextInt(3) == 0) {
                changes.update(lsn, null, row(id, PostgresBinary.UNCHANGED, row.get(2)));
                model.put(id, row(id, held.get(1), row.get(2)));
            } else if (random.nextInt(4) == 0 && !model.containsKey(id + 100)) {
                changes.update(lsn, row(id, null, null), row(id + 100, day, PostgresBinary.UNCHANGED));
                model.remove(id);
                model.put(id + 100, row(id + 100, day, held.get(2)));
            } else {
                changes.update(lsn, null, row);
                model.put(id, row);
            }
        }

        private void compare(TestLake lake, int cut) throws IOException {
            List<List<Object>> rows = new ArrayList<>();
            List<String> dead = new ArrayList<>();
            for (List<Object> row : model.values()) {
                boolean isPoison = row.get(1) == INFINITY;
                if (policy == PoisonPolicy.TEXT) {
                    rows.add(Arrays.asList(
                            row.get(0), isPoison ? null : row.get(1), row.get(2), isPoison ? "infinity" : null));
                } else if (isPoison) {
                    dead.add("{\"id\":\"" + row.get(0) + "\",\"day\":\"infinity\",\"note\":\"" + row.get(2) + "\"}");
                } else {
                    rows.add(row);
                }
            }
            assertThat(lake.rows(VISITS)).as("seed %d, cut %d", seed, cut).containsExactlyInAnyOrderElementsOf(rows);
            assertThat(letters(lake))
                    .as("letters, seed %d, cut %d", seed, cut)
                    .containsExactlyInAnyOrderElementsOf(dead);
        }
    }

    private static Table letterTable(TestLake lake) {
        return lake.catalog.load(DeadLetterTable.of(TestLake.PIPELINE));
    }

    private static List<String> letters(TestLake lake) {
        return lake.catalog.find(DeadLetterTable.of(TestLake.PIPELINE)).stream()
                .flatMap(table -> DeadLetterTable.read(table, Optional.empty()).stream())
                .map(filed -> filed.letter().payload())
                .toList();
    }

    private static Changes visits() {
        return new Changes(VISITS, 0);
    }

    private static Changes others() {
        return new Changes(OTHERS, 1);
    }

    private static List<Object> row(int id, Object day, Object note) {
        return Arrays.asList(id, day, note);
    }

    private static SourceTable table(String name) {
        return new SourceTable(
                String.valueOf(name.hashCode()),
                "public",
                name,
                List.of(
                        new SourceColumn("id", true, Scalar.INTEGER),
                        new SourceColumn("day", false, Scalar.DATE),
                        new SourceColumn("note", false, Scalar.TEXT)),
                List.of(0),
                false);
    }
}
