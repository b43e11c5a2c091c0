package dev.sluice.torture;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.LocalStack;
import dev.sluice.torture.check.CheckLoop;
import dev.sluice.torture.check.ExactCommit;
import dev.sluice.torture.check.Invariant;
import dev.sluice.torture.check.LakeChecker;
import dev.sluice.torture.fault.FaultClass;
import dev.sluice.torture.fault.FaultOutcome;
import dev.sluice.torture.fault.Faults;
import dev.sluice.torture.fault.NetworkFaults;
import dev.sluice.torture.fault.Schedule;
import dev.sluice.torture.fault.ScheduledFault;
import dev.sluice.torture.oracle.SlotChanges;
import dev.sluice.torture.oracle.SourceHistory;
import dev.sluice.torture.workload.SourceDatabase;
import dev.sluice.torture.workload.TortureTables;
import dev.sluice.torture.workload.Workload;
import dev.sluice.verify.ComparedTable;
import dev.sluice.verify.SourceConnections;
import dev.sluice.verify.TableShapes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One run: makes the source, lets the pipeline be applied, breaks things while every snapshot is compared, and waits until
 * the lake has all of the source. The stack is there, and new. For one use, by one thread.
 */
public final class TortureRun {
    private static final Duration LOADED_WITHIN = Duration.ofMinutes(4);
    private static final Duration PROGRESS_WITHIN = Duration.ofSeconds(60);
    /** Until then a late progress is waited for, so that what follows has a pipeline that works. */
    private static final Duration GIVEN_UP_AFTER = Duration.ofMinutes(4);

    /** When the time is up and a class has not fired, so many rounds are given to it in all. */
    private static final int ROUNDS_MAX_FOR_ALL = 2;

    private static final Duration DRAINED_WITHIN = Duration.ofMinutes(5);

    private final TortureOptions options;
    private final LocalStack stack;
    private final PipelineSpec direct;
    private final NetworkFaults network;
    private final Operator operator;
    private final Consumer<String> say;
    private final List<Endured> endured = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /** @param direct the pipeline as it is without the proxies of {@code network} */
    public TortureRun(
            TortureOptions options,
            LocalStack stack,
            PipelineSpec direct,
            NetworkFaults network,
            Operator operator,
            Consumer<String> say) {
        this.options = options;
        this.stack = stack;
        this.direct = direct;
        this.network = network;
        this.operator = operator;
        this.say = say;
    }

    public TortureReport run() throws Exception {
        Instant begun = Instant.now();
        SourceDatabase database = new SourceDatabase(direct.source());
        database.create();
        database.run(TortureTables.definitions());
        SourceConnections connections = new SourceConnections(direct.source());
        List<ComparedTable> tables = shapes(connections);
        try (LakeCatalog lake = LakeCatalog.open(direct.catalog());
                SlotChanges slot = new SlotChanges(connections)) {
            slot.createSlot();
            database.run(TortureTables.firstRows());
            SourceHistory history = new SourceHistory(tables);
            LakeChecker checker = new LakeChecker(
                    lake,
                    direct.pipeline(),
                    tables,
                    history,
                    slot,
                    new Invariant(TortureTables.WITH_BALANCE, TortureTables.BALANCE, TortureTables.BALANCE_TOTAL));
            Faults faults = new Faults(stack, network, direct.catalog(), lake, database, checker, operator);
            Workload.Tally tally = torture(database, faults, checker);
            long files = checker.checkFiles();
            return new TortureReport(
                    options,
                    seconds(begun, Instant.now()),
                    tally,
                    history.transactions(),
                    checker.dataSnapshots(),
                    checker.upkeepSnapshots(),
                    checker.commits().count(),
                    checker.rows(),
                    files,
                    endured,
                    checker.findings().first(),
                    checker.findings().count(),
                    problems);
        }
    }

    private List<ComparedTable> shapes(SourceConnections connections) throws SQLException {
        List<ComparedTable> tables = new ArrayList<>();
        try (Connection connection = connections.query()) {
            for (TableSpec table : direct.source().tables()) {
                tables.add(TableShapes.read(connection, table));
            }
        }
        return tables;
    }

    private Workload.Tally torture(SourceDatabase database, Faults faults, LakeChecker checker) throws Exception {
        try (Workload workload = Workload.start(database, options.seed())) {
            Instant applied = Instant.now();
            operator.apply();
            try (CheckLoop loop = CheckLoop.start(checker)) {
                if (checker.commits().awaitAfter(applied, LOADED_WITHIN).isEmpty()) {
                    throw new SluiceException(
                            ErrorCode.E1307,
                            "the pipeline made no exact commit within " + LOADED_WITHIN.toSeconds() + " s of its start"
                                    + loop.trouble().map(text -> "; " + text).orElse("")
                                    + checker.findings().first().stream()
                                            .findFirst()
                                            .map(finding -> "; " + finding.line())
                                            .orElse(""),
                            "the logs are in " + stack.config().home().resolve("logs"));
                }
                say.accept("loaded, and streaming exactly; now it begins");
                breakThings(faults, checker, loop);
                workload.close();
                drain(database.position(), checker, loop);
            }
            return workload.tally();
        }
    }

    private void breakThings(Faults faults, LakeChecker checker, CheckLoop loop) throws Exception {
        Schedule schedule = new Schedule(options.seed(), options.faults());
        Set<FaultClass> waiting = EnumSet.copyOf(options.faults());
        long begun = System.nanoTime();
        long length = options.length().toNanos();
        int faultsMax = ROUNDS_MAX_FOR_ALL * options.faults().size();
        while (checker.findings().count() == 0
                && (System.nanoTime() - begun < length || !waiting.isEmpty() && endured.size() < faultsMax)) {
            ScheduledFault fault = schedule.next();
            Endured one = endure(faults.run(fault), fault, checker, loop);
            endured.add(one);
            say.accept(line(one));
            if (one.outcome().fired()) {
                waiting.remove(fault.kind());
            }
            tend(fault);
            Thread.sleep(fault.calm());
        }
    }

    /** As on a schedule. Without it each commit adds deletes that whoever reads a snapshot, as the checker does, must apply. */
    private void tend(ScheduledFault after) {
        if (after.kind() == FaultClass.UPKEEP) {
            return;
        }
        try {
            operator.maintain();
        } catch (SluiceException e) {
            say.accept("upkeep after " + after.kind().label() + ": " + e.getMessage());
        }
    }

    private Endured endure(FaultOutcome outcome, ScheduledFault fault, LakeChecker checker, CheckLoop loop)
            throws InterruptedException {
        Optional<ExactCommit> next = checker.commits().awaitAfter(outcome.healedAt(), GIVEN_UP_AFTER);
        OptionalDouble progress = next.map(commit -> OptionalDouble.of(seconds(outcome.healedAt(), commit.lakeTime())))
                .orElse(OptionalDouble.empty());
        if (progress.isEmpty() || progress.getAsDouble() > PROGRESS_WITHIN.toSeconds()) {
            problems.add("no progress within " + PROGRESS_WITHIN.toSeconds() + " s after "
                    + fault.kind().label() + " was healed: "
                    + (progress.isEmpty() ? "none at all" : Math.round(progress.getAsDouble()) + " s")
                    + loop.trouble().map(text -> "; " + text).orElse(""));
        }
        OptionalDouble recovery = checker.commits()
                .after(outcome.firedAt())
                .map(commit -> OptionalDouble.of(seconds(outcome.firedAt(), commit.lakeTime())))
                .orElse(OptionalDouble.empty());
        return new Endured(fault, outcome, recovery, progress);
    }

    private void drain(Lsn end, LakeChecker checker, CheckLoop loop) throws InterruptedException {
        if (loop.awaitDone(end, DRAINED_WITHIN)) {
            loop.close();
            checker.checkAllFollowed();
            return;
        }
        problems.add("the lake was not compared up to " + end + ", the end of the source, within "
                + DRAINED_WITHIN.toSeconds() + " s, only up to " + loop.done()
                + loop.trouble().map(text -> "; " + text).orElse(""));
    }

    private static String line(Endured one) {
        return String.format(
                java.util.Locale.ROOT,
                "%-26s %s  recovery %s  %s",
                one.fault().kind().label(),
                one.outcome().fired() ? "fired" : "NOT FIRED",
                one.recoverySeconds().isPresent()
                        ? String.format(
                                java.util.Locale.ROOT,
                                "%.1f s",
                                one.recoverySeconds().getAsDouble())
                        : "none",
                one.outcome().evidence());
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1e3;
    }
}
