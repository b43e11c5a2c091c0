package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.verify.VerifyReport.Difference;
import dev.sluice.verify.VerifyReport.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The second pass: which keys differ, and in what. */
final class DifferenceFinderTest {
    private static final int ROWS = 3_000;
    private final ComparedTable table = TestTable.of("items", "id", "note", "body");

    private static List<byte[][]> rows() {
        List<byte[][]> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            rows.add(TestTable.row("k" + i, "note " + i, null));
        }
        return rows;
    }

    private DifferenceFinder.Found find(List<byte[][]> source, List<byte[][]> lake, int most) {
        Sums left = new Sums(table.keyColumns());
        Sums right = new Sums(table.keyColumns());
        source.forEach(left::row);
        lake.forEach(right::row);
        return new DifferenceFinder(table, left.differing(right), most)
                .find(visitor -> source.forEach(visitor::row), visitor -> lake.forEach(visitor::row));
    }

    @Test
    void eachKindIsNamedWithItsKeyAndItsColumns() {
        List<byte[][]> lake = rows();
        lake.set(5, TestTable.row("k5", "another", ""));
        lake.set(6, TestTable.row("k6 ", "note 6", null));
        lake.add(TestTable.row("k7", "note 7", null));
        DifferenceFinder.Found found = find(rows(), lake, 20);
        assertThat(found.differences())
                .containsExactlyInAnyOrder(
                        new Difference(Kind.DIFFERENT, "id=k5", List.of("note", "body")),
                        new Difference(Kind.MISSING, "id=k6", List.of()),
                        new Difference(Kind.EXTRA, "id=k6 ", List.of()),
                        new Difference(Kind.DUPLICATE, "id=k7", List.of()));
        assertThat(found.more()).isFalse();
    }

    @Test
    void notMoreAreNamedThanAskedForAndTheRestIsSaid() {
        List<byte[][]> lake = rows();
        for (int i = 0; i < 10; i++) {
            lake.removeFirst();
        }
        DifferenceFinder.Found found = find(rows(), lake, 4);
        assertThat(found.differences()).hasSize(4).extracting(Difference::kind).containsOnly(Kind.MISSING);
        assertThat(found.more()).isTrue();
    }

    @Test
    void whenNearlyAllDiffersSomeAreNamedAndItSaysThatThereIsMore() {
        DifferenceFinder.Found found = find(rows(), List.of(), ROWS);
        assertThat(found.differences()).isNotEmpty().hasSizeLessThan(ROWS);
        assertThat(found.more()).isTrue();
    }

    @Test
    void aKeyOfSeveralColumnsIsNamedInFull() {
        ComparedTable wide = TestTable.withKey("items", new int[] {2, 0}, "id", "note", "part");
        List<byte[][]> source = List.of(TestTable.row("1", "a", null), TestTable.row("2", "b", "p"));
        List<byte[][]> lake = new ArrayList<>();
        lake.add(TestTable.row("2", "b", "p"));
        Sums left = new Sums(wide.keyColumns());
        Sums right = new Sums(wide.keyColumns());
        source.forEach(left::row);
        lake.forEach(right::row);
        assertThat(new DifferenceFinder(wide, left.differing(right), 9)
                        .find(visitor -> source.forEach(visitor::row), visitor -> lake.forEach(visitor::row))
                        .differences())
                .containsExactly(new Difference(Kind.MISSING, "part=NULL, id=1", List.of()));
    }
}
