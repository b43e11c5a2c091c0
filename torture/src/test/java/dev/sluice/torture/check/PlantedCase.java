package dev.sluice.torture.check;

import static dev.sluice.torture.check.ScriptedSource.CHECKING;
import static dev.sluice.torture.check.ScriptedSource.SAVINGS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.torture.check.Finding.Check;
import dev.sluice.torture.check.PlantedLake.TableWrite;
import dev.sluice.torture.oracle.SourceHistory;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A source of eight transactions, a lake that is to follow it, and the checker. */
final class PlantedCase implements AutoCloseable {
    static final Consumer<TableWrite> HONEST = write -> {};
    private static final Invariant INVARIANT = new Invariant(List.of(CHECKING, SAVINGS), "balance", 800);

    final ScriptedSource source = new ScriptedSource();
    final PlantedLake lake;
    final ScriptedHotTable hot = new ScriptedHotTable(source);
    final LakeChecker checker;

    PlantedCase() {
        for (int id = 1; id <= 4; id++) {
            source.balance(CHECKING, id, 100).balance(SAVINGS, id, 100);
        }
        source.document(1, "one", "long body").document(2, "two", "long body").document(3, "three", "long body");
        source.commit(); // 1: what is loaded
        source.balance(CHECKING, 1, 90).balance(SAVINGS, 1, 110).commit(); // 2
        source.retitle(2, "second").commit(); // 3
        source.drop(3).commit(); // 4
        source.balance(CHECKING, 2, 95)
                .balance(SAVINGS, 2, 105)
                .document(4, "four", "b")
                .commit(); // 5
        source.retitle(1, "first").commit(); // 6
        source.retitle(1, "very first").commit(); // 7
        source.renumber(2, 9).commit(); // 8
        lake = new PlantedLake(source);
        checker = new LakeChecker(
                lake.lake,
                PlantedLake.PIPELINE,
                ScriptedSource.tables(),
                new SourceHistory(ScriptedSource.tables()),
                source,
                INVARIANT,
                Optional.of(hot));
    }

    void loadedAndOne() throws IOException {
        lake.load(1);
        lake.commit(2, 2, HONEST);
    }

    /** Exactly these checks find something. */
    void assertFound(Check... checks) throws Exception {
        checker.round();
        Set<Check> found =
                checker.findings().first().stream().map(Finding::check).collect(Collectors.toSet());
        assertThat(found).as(checker.findings().first().toString()).containsExactlyInAnyOrder(checks);
    }

    /** Of all findings. */
    List<String> keys() {
        return checker.findings().first().stream()
                .flatMap(finding -> finding.keys().stream())
                .toList();
    }

    @Override
    public void close() throws IOException {
        lake.close();
    }
}
