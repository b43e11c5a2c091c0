package dev.sluice.torture.check;

import static dev.sluice.torture.check.ScriptedSource.CHECKING;
import static dev.sluice.torture.check.ScriptedSource.DOCS;
import static dev.sluice.torture.check.ScriptedSource.SAVINGS;
import static dev.sluice.torture.check.ScriptedSource.position;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.torture.check.Finding.Check;
import dev.sluice.torture.check.PlantedLake.TableWrite;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The checker itself is tested: each bug of the design's list that can stand in lake data is planted in a lake that is
 * right otherwise, and has to be found; {@link HotCheckTest} has the one that is ClickHouse's. The lake without a bug is
 * the control.
 */
class PlantedBugsTest {
    private final PlantedCase planted = new PlantedCase();
    private final ScriptedSource source = planted.source;
    private final PlantedLake lake = planted.lake;
    private final LakeChecker checker = planted.checker;

    @AfterEach
    void close() throws IOException {
        planted.close();
    }

    @Test
    void aLakeWithoutABugIsFoundRight() throws Exception {
        lake.load(1);
        for (int[] commit : new int[][] {{2, 2}, {3, 4}, {5, 5}, {6, 6}, {7, 8}}) {
            lake.commit(commit[0], commit[1], PlantedCase.HONEST);
            checker.round();
        }
        lake.rewrite(DOCS, List.copyOf(source.rows(DOCS, 8).values()), position(8));
        checker.round();
        checker.checkAllFollowed();
        assertThat(checker.checkFiles()).isPositive();
        assertThat(checker.findings().first()).isEmpty();
        assertThat(checker.dataSnapshots()).isEqualTo(3 + 2 + 1 + 3 + 1 + 1);
        assertThat(checker.upkeepSnapshots()).isOne();
        assertThat(checker.commits().count()).isEqualTo(5);
    }

    @Test
    void aLakeIsFoundRightAlsoWhenItIsLookedAtOnceInTheEnd() throws Exception {
        lake.load(1);
        lake.commit(2, 3, PlantedCase.HONEST);
        lake.commit(4, 8, PlantedCase.HONEST);
        checker.round();
        assertThat(checker.findings().first()).isEmpty();
        assertThat(checker.dataSnapshots()).isEqualTo(3 + 3 + 3);
    }

    @Test
    void aLoadAtAPositionOfItsOwnIsNoTornCommit() throws Exception {
        lake.load(1, CHECKING, SAVINGS);
        lake.load(5, DOCS);
        lake.commit(2, 6, PlantedCase.HONEST);
        checker.round();
        assertThat(checker.findings().first()).isEmpty();
    }

    @Test
    void theFirstChangeAfterARestartIsSkipped() throws Exception {
        planted.loadedAndOne();
        lake.commit(3, 4, write -> {
            write.rows.removeIf(row -> row.get(0).equals(2));
            write.deletedIds.remove(2);
        });
        planted.assertFound(Check.ROWS);
        assertThat(planted.keys()).contains("differs id=2 in title");
    }

    @Test
    void aBatchIsCommittedTwice() throws Exception {
        planted.loadedAndOne();
        lake.commit(3, 4, PlantedCase.HONEST);
        lake.commit(5, 5, write -> {
            if (write.table.equals(DOCS)) {
                write.times = 2;
                // Of a row that there is not: the second time deletes nothing of the first.
                write.deletedIds.clear();
                write.deletedIds.add(-1);
            }
        });
        planted.assertFound(Check.STAMPS, Check.ROWS);
        assertThat(planted.keys()).contains("twice id=4");
    }

    @Test
    void aDeleteIsDropped() throws Exception {
        planted.loadedAndOne();
        lake.commit(3, 4, write -> write.deletedIds.remove(3));
        planted.assertFound(Check.ROWS);
        assertThat(planted.keys()).containsExactly("extra id=3");
    }

    @Test
    void aTransactionIsTornOverTwoCommits() throws Exception {
        lake.load(1);
        List<TableWrite> kept = new ArrayList<>();
        lake.commit(2, 2, write -> {
            if (write.table.equals(SAVINGS)) {
                TableWrite later = new TableWrite(SAVINGS);
                later.rows.addAll(write.rows);
                later.deletedIds.addAll(write.deletedIds);
                later.position = position(3);
                kept.add(later);
                write.times = 0;
            }
        });
        lake.write(kept);
        lake.progress(position(3));
        planted.assertFound(Check.ROWS, Check.TOGETHER);
    }

    @Test
    void theOldRowIsLeftBehindByAChangeOfTheKey() throws Exception {
        planted.loadedAndOne();
        lake.commit(3, 7, PlantedCase.HONEST);
        lake.commit(8, 8, write -> write.deletedIds.remove(2));
        planted.assertFound(Check.ROWS);
        assertThat(planted.keys()).containsExactly("extra id=2");
    }

    @Test
    void aValueThatWasNotSentIsWrittenAsNull() throws Exception {
        planted.loadedAndOne();
        lake.commit(3, 4, write -> write.rows.replaceAll(row -> Arrays.asList(row.get(0), row.get(1), null)));
        planted.assertFound(Check.ROWS);
        assertThat(planted.keys()).containsExactly("differs id=2 in body");
    }

    @Test
    void aLiveFileIsDeletedBeforeItIsRead() throws Exception {
        lake.load(1);
        deleteFirstFile(SAVINGS);
        planted.assertFound(Check.FILES);
    }

    @Test
    void aLiveFileIsDeletedAfterItWasRead() throws Exception {
        planted.loadedAndOne();
        checker.round();
        deleteFirstFile(SAVINGS);
        checker.round();
        assertThat(checker.findings().first()).isEmpty();
        checker.checkFiles();
        planted.assertFound(Check.FILES);
    }

    @Test
    void twoUpdatesOfOneKeyAreSwapped() throws Exception {
        planted.loadedAndOne();
        lake.commit(3, 5, PlantedCase.HONEST);
        lake.commit(
                6, 6, write -> write.rows.replaceAll(row -> source.rows(DOCS, 7).get(row.get(0))));
        lake.commit(
                7, 7, write -> write.rows.replaceAll(row -> source.rows(DOCS, 6).get(row.get(0))));
        planted.assertFound(Check.ROWS);
    }

    @Test
    void aStampIsOneTransactionAheadOfTheContent() throws Exception {
        lake.load(1);
        lake.commit(2, 2, write -> write.position = position(3));
        lake.progress(position(3));
        planted.assertFound(Check.ROWS);
    }

    @Test
    void aStampIsAheadOfTheContentOfItsOwnTable() throws Exception {
        planted.loadedAndOne();
        lake.commit(3, 4, write -> write.position = position(6));
        lake.progress(position(6));
        planted.assertFound(Check.ROWS);
    }

    @Test
    void aRewriteBringsADeletedRowBack() throws Exception {
        planted.loadedAndOne();
        lake.commit(3, 4, PlantedCase.HONEST);
        List<List<Object>> rows = new ArrayList<>(source.rows(DOCS, 4).values());
        rows.add(source.rows(DOCS, 3).get(3));
        lake.rewrite(DOCS, rows, position(4));
        planted.assertFound(Check.ROWS);
        assertThat(planted.keys()).containsExactly("extra id=3");
    }

    @Test
    void aValueIsAltered() throws Exception {
        lake.load(1);
        lake.commit(2, 2, write -> {
            if (write.table.equals(SAVINGS)) {
                write.rows.replaceAll(row -> List.of(row.get(0), 111L));
            }
        });
        planted.assertFound(Check.ROWS, Check.TOGETHER);
        assertThat(planted.keys()).containsExactly("differs id=1 in balance");
    }

    @Test
    void aChangeIsTakenFromATableAltogether() throws Exception {
        lake.load(1);
        lake.commit(2, 2, write -> write.times = write.table.equals(SAVINGS) ? 0 : 1);
        planted.assertFound(Check.ROWS, Check.TOGETHER);
    }

    private void deleteFirstFile(String name) {
        Table table = lake.table(name);
        Snapshot first = table.snapshots().iterator().next();
        DataFile file = first.addedDataFiles(table.io()).iterator().next();
        table.io().deleteFile(file.location());
    }
}
