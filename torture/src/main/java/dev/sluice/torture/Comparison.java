package dev.sluice.torture;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.torture.check.CheckLoop;
import dev.sluice.torture.check.ClickHouseRows;
import dev.sluice.torture.check.HotRows;
import dev.sluice.torture.check.Invariant;
import dev.sluice.torture.check.LakeChecker;
import dev.sluice.torture.oracle.SlotChanges;
import dev.sluice.torture.oracle.SourceHistory;
import dev.sluice.torture.workload.TortureTables;
import dev.sluice.verify.ComparedTable;
import dev.sluice.verify.SourceConnections;
import dev.sluice.verify.TableShapes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One server of the source beside the lake that follows it. Another server has another history: then this one is finished,
 * and another comparison begins. Of one thread.
 */
final class Comparison implements AutoCloseable {
    private static final Duration DONE_WITHIN = Duration.ofMinutes(5);

    private final SlotChanges slot;
    private final SourceHistory history;
    private final LakeChecker checker;
    private CheckLoop loop;
    private long files;

    private Comparison(SlotChanges slot, SourceHistory history, LakeChecker checker) {
        this.slot = slot;
        this.history = history;
        this.checker = checker;
    }

    /** The oracle knows what is changed from here on; so it has to be made before the tables have rows, or get them anew. */
    static Comparison prepare(LakeCatalog lake, PipelineSpec direct) throws SQLException {
        SourceConnections connections = new SourceConnections(direct.postgres());
        List<ComparedTable> tables = shapes(connections, direct);
        SlotChanges slot = new SlotChanges(connections);
        slot.createSlot();
        SourceHistory history = new SourceHistory(tables);
        return new Comparison(
                slot,
                history,
                new LakeChecker(
                        lake,
                        direct.pipeline(),
                        tables,
                        history,
                        slot,
                        new Invariant(TortureTables.WITH_BALANCE, TortureTables.BALANCE, TortureTables.BALANCE_TOTAL),
                        hotRows(direct)));
    }

    private static List<ComparedTable> shapes(SourceConnections connections, PipelineSpec direct) throws SQLException {
        List<ComparedTable> tables = new ArrayList<>();
        try (Connection connection = connections.query()) {
            for (TableSpec table : direct.source().tables()) {
                tables.add(TableShapes.read(connection, table));
            }
        }
        return tables;
    }

    private static Optional<HotRows> hotRows(PipelineSpec direct) {
        return direct.hot().tables().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new ClickHouseRows(direct.hot(), direct.hot().tables().getFirst(), TortureTables.HOT_COLUMNS));
    }

    /** Looks at the lake from now on, in a thread of its own. */
    void begin() {
        loop = CheckLoop.start(checker);
    }

    LakeChecker checker() {
        return checker;
    }

    long transactions() {
        return history.transactions();
    }

    long files() {
        return files;
    }

    /** Why it cannot go on, with the sign that separates it from what was said before; empty while it can. */
    String trouble() {
        return loop.trouble().map(text -> "; " + text).orElse("");
    }

    /**
     * Compares everything up to the end of the source, and looks at all files. Returns what went wrong; findings are with
     * the checker.
     */
    Optional<String> finish(Lsn end) throws InterruptedException {
        if (!loop.awaitDone(end, DONE_WITHIN)) {
            return Optional.of("the lake was not compared up to " + end + ", the end of the source, within "
                    + DONE_WITHIN.toSeconds() + " s, only up to " + loop.done() + trouble());
        }
        loop.close();
        checker.checkAllFollowed();
        files = checker.checkFiles();
        return Optional.empty();
    }

    @Override
    public void close() throws InterruptedException {
        if (loop != null) {
            loop.close();
        }
        slot.close();
    }
}
