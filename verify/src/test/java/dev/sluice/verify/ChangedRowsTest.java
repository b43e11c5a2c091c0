package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A snapshot with changes laid over it has to be the table as it is after them. */
final class ChangedRowsTest {
    private final ComparedTable table = TestTable.of("items", "id", "note", "body");
    private final ChangedRows changes = new ChangedRows(table);

    private static byte[][] row(String... values) {
        return TestTable.row(values);
    }

    private static byte[][] key(String id) {
        return new byte[][] {row(id)[0], RowChanges.ABSENT, RowChanges.ABSENT};
    }

    private static byte[][] unchangedBody(String id, String note) {
        return new byte[][] {row(id)[0], row(note)[0], RowChanges.UNCHANGED};
    }

    private List<String> over(byte[][]... snapshot) {
        List<String> rows = new ArrayList<>();
        ChangedRows.Overlay overlay =
                changes.over(row -> rows.add(TestTable.texts(row).toString()));
        for (byte[][] row : snapshot) {
            overlay.row(row);
        }
        overlay.finish();
        return rows;
    }

    @Test
    void whatWasNotChangedIsHandedOnAsItIs() {
        changes.inserted(row("2", "new", null));
        assertThat(over(row("1", "old", "text"))).containsExactlyInAnyOrder("[1, old, text]", "[2, new, NULL]");
    }

    @Test
    void aValueThatWasNotSentIsThatOfTheSnapshot() {
        changes.updated(null, unchangedBody("1", "newer"));
        changes.updated(null, unchangedBody("1", "newest"));
        assertThat(over(row("1", "old", "large"))).containsExactly("[1, newest, large]");
    }

    @Test
    void aValueThatWasNotSentFollowsItsRowToAnotherKey() {
        changes.updated(key("1"), unchangedBody("9", "moved"));
        changes.updated(key("9"), unchangedBody("5", "again"));
        assertThat(over(row("1", "old", "large"), row("2", "b", "c")))
                .containsExactlyInAnyOrder("[5, again, large]", "[2, b, c]");
    }

    @Test
    void twoRowsThatChangedPlacesKeepTheirOwnLargeValues() {
        changes.updated(key("1"), unchangedBody("3", "a"));
        changes.updated(key("2"), unchangedBody("1", "b"));
        changes.updated(key("3"), unchangedBody("2", "a"));
        assertThat(over(row("1", "a", "large a"), row("2", "b", "large b")))
                .containsExactlyInAnyOrder("[1, b, large b]", "[2, a, large a]");
    }

    @Test
    void aValueFromAnEarlierChangeIsNotThatOfTheSnapshot() {
        changes.updated(null, row("1", "n", "changed"));
        changes.updated(null, unchangedBody("1", "m"));
        assertThat(over(row("1", "old", "large"))).containsExactly("[1, m, changed]");
    }

    @Test
    void aRowThatIsMadeAnewUnderTheSameKeyOwesNothingToTheOldOne() {
        changes.deleted(key("1"));
        changes.inserted(row("1", "fresh", null));
        assertThat(over(row("1", "old", "large"))).containsExactly("[1, fresh, NULL]");
    }

    @Test
    void emptyTextsAreNotTakenForValuesThatWereNotSent() {
        changes.updated(null, row("1", "", ""));
        assertThat(over(row("1", "old", "large"))).containsExactly("[1, , ]");
    }

    @Test
    void nullAndEmptyAreDifferentKeys() {
        changes.deleted(key(""));
        assertThat(over(row(null, "a", "b"), row("", "c", "d"))).containsExactly("[NULL, a, b]");
    }

    @Test
    void anUpdateOfARowThatTheSnapshotLacksIsNotGuessed() {
        changes.updated(null, unchangedBody("7", "x"));
        assertThatThrownBy(() -> over(row("1", "a", "b")))
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E1202));
    }

    @Test
    void aChangeThatDoesNotSayItsKeyOrAColumnIsRefused() {
        assertThatThrownBy(
                        () -> changes.deleted(new byte[][] {RowChanges.ABSENT, RowChanges.ABSENT, RowChanges.ABSENT}))
                .hasMessageContaining("the key column id");
        assertThatThrownBy(() -> changes.inserted(new byte[][] {row("1")[0], RowChanges.ABSENT, row("b")[0]}))
                .hasMessageContaining("the column note");
        assertThatThrownBy(changes::truncated).hasMessageContaining("was truncated during the verification");
    }

    /** The model is a map; each change is told to both, in the form in which the server would tell it. */
    @Test
    void randomChangesOverASnapshotAreTheTableAfterThem() {
        long seed = System.nanoTime();
        System.out.println("ChangedRowsTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            Map<String, String[]> model = new TreeMap<>();
            for (int id = 0; id < 6; id++) {
                model.put("" + id, new String[] {"" + id, "n" + id, "large" + id});
            }
            byte[][][] snapshot =
                    model.values().stream().map(ChangedRowsTest::row).toArray(byte[][][]::new);
            ChangedRows told = new ChangedRows(table);
            for (int change = 0; change < random.nextInt(25); change++) {
                changeBoth(random, model, told, change);
            }
            List<String> found = new ArrayList<>();
            ChangedRows.Overlay overlay =
                    told.over(row -> found.add(TestTable.texts(row).toString()));
            for (byte[][] row : snapshot) {
                overlay.row(row);
            }
            overlay.finish();
            assertThat(found)
                    .as("seed %d, round %d", seed, round)
                    .containsExactlyInAnyOrderElementsOf(model.values().stream()
                            .map(row -> TestTable.texts(row(row)).toString())
                            .toList());
        }
    }

    private static void changeBoth(Random random, Map<String, String[]> model, ChangedRows told, int change) {
        String id = "" + random.nextInt(8);
        String[] now = model.get(id);
        if (now == null) {
            String[] row = {id, "i" + change, random.nextBoolean() ? null : "fresh" + change};
            model.put(id, row);
            told.inserted(row(row));
            return;
        }
        String note = "u" + change;
        String free = "" + (10 + random.nextInt(4));
        switch (random.nextInt(4)) {
            case 0 -> {
                model.remove(id);
                told.deleted(key(id));
            }
            case 1 -> {
                model.put(id, new String[] {id, note, now[2]});
                // The server sends a value that is not large, NULL among them, though it has not changed.
                told.updated(null, now[2] == null ? row(id, note, null) : unchangedBody(id, note));
            }
            case 2 -> {
                if (!model.containsKey(free)) {
                    model.remove(id);
                    model.put(free, new String[] {free, note, now[2]});
                    told.updated(key(id), now[2] == null ? row(free, note, null) : unchangedBody(free, note));
                }
            }
            default -> {
                model.put(id, new String[] {id, note, "set" + change});
                told.updated(null, row(id, note, "set" + change));
            }
        }
    }
}
