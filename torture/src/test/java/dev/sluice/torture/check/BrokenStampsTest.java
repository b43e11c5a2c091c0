package dev.sluice.torture.check;

import static dev.sluice.torture.check.ScriptedSource.CHECKING;
import static dev.sluice.torture.check.ScriptedSource.DOCS;
import static dev.sluice.torture.check.ScriptedSource.position;

import dev.sluice.spec.Lsn;
import dev.sluice.torture.check.Finding.Check;
import java.io.IOException;
import java.util.List;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a stamp may not say is found, be the rows right or not. */
class BrokenStampsTest {
    private final PlantedCase planted = new PlantedCase();
    private final ScriptedSource source = planted.source;
    private final PlantedLake lake = planted.lake;
    private final LakeChecker checker = planted.checker;

    @AfterEach
    void close() throws IOException {
        planted.close();
    }

    @Test
    void aForeignSnapshotHasNoStamp() throws Exception {
        planted.loadedAndOne();
        lake.commit(3, 4, write -> write.stamped = false);
        planted.assertFound(Check.STAMPS);
    }

    @Test
    void aStampGoesBack() throws Exception {
        planted.loadedAndOne();
        lake.commit(3, 4, PlantedCase.HONEST);
        lake.commit(6, 6, write -> write.position = position(2));
        planted.assertFound(Check.STAMPS, Check.ROWS);
    }

    @Test
    void upkeepMovesTheStamp() throws Exception {
        planted.loadedAndOne();
        lake.rewrite(DOCS, List.copyOf(source.rows(DOCS, 3).values()), position(3));
        lake.progress(position(3));
        planted.assertFound(Check.STAMPS);
    }

    @Test
    void aGapLiesBetweenTwoStamps() throws Exception {
        planted.loadedAndOne();
        lake.commit(3, 4, write -> write.from = new Lsn(position(2).value() + 1));
        planted.assertFound(Check.STAMPS);
    }

    @Test
    void aTableIsSetBack() throws Exception {
        planted.loadedAndOne();
        checker.round();
        Table table = lake.table(CHECKING);
        table.manageSnapshots().rollbackTo(table.currentSnapshot().parentId()).commit();
        planted.assertFound(Check.STAMPS, Check.ROWS, Check.TOGETHER);
    }
}
