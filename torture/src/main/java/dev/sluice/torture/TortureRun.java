package dev.sluice.torture;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.torture.check.ExactCommit;
import dev.sluice.torture.check.LakeChecker;
import dev.sluice.torture.fault.FaultClass;
import dev.sluice.torture.fault.FaultOutcome;
import dev.sluice.torture.fault.Faults;
import dev.sluice.torture.fault.Schedule;
import dev.sluice.torture.fault.ScheduledFault;
import dev.sluice.torture.fault.Targets;
import dev.sluice.torture.workload.SourceDatabase;
import dev.sluice.torture.workload.TortureTables;
import dev.sluice.torture.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

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

    private final TortureOptions options;
    private final Targets targets;
    private final PipelineSpec direct;
    private final Operator operator;
    private final Consumer<String> say;
    private final SourceDatabase database;
    private final List<Endured> endured = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    /** One after the other; the last one goes on. */
    private final List<Comparison> comparisons = new ArrayList<>();

    /** @param direct the pipeline as it is without the proxies of {@code targets} */
    public TortureRun(
            TortureOptions options, Targets targets, PipelineSpec direct, Operator operator, Consumer<String> say) {
        this.options = options;
        this.targets = targets;
        this.direct = direct;
        this.operator = operator;
        this.say = say;
        this.database = new SourceDatabase(direct.postgres());
    }

    public TortureReport run() throws Exception {
        Instant begun = Instant.now();
        database.create();
        database.run(TortureTables.definitions());
        try (LakeCatalog lake = LakeCatalog.open(direct.catalog())) {
            comparisons.add(Comparison.prepare(lake, direct));
            database.run(TortureTables.firstRows());
            Workload.Tally tally = torture(new Faults(targets, direct, lake, database, this::checker, operator), lake);
            return report(tally, seconds(begun, Instant.now()));
        } finally {
            for (Comparison comparison : comparisons) {
                comparison.close();
            }
        }
    }

    private TortureReport report(Workload.Tally tally, double seconds) {
        return new TortureReport(
                options,
                seconds,
                tally,
                sum(Comparison::transactions),
                sum(one -> one.checker().dataSnapshots()),
                sum(one -> one.checker().upkeepSnapshots()),
                sum(one -> one.checker().commits().count()),
                sum(one -> one.checker().hotReadings()),
                sum(one -> one.checker().rows()),
                sum(Comparison::files),
                endured,
                comparisons.stream()
                        .flatMap(one -> one.checker().findings().first().stream())
                        .toList(),
                (int) findings(),
                problems);
    }

    private long sum(ToLongFunction<Comparison> figure) {
        return comparisons.stream().mapToLong(figure).sum();
    }

    private long findings() {
        return sum(one -> one.checker().findings().count());
    }

    private Comparison now() {
        return comparisons.getLast();
    }

    private LakeChecker checker() {
        return now().checker();
    }

    private Workload.Tally torture(Faults faults, LakeCatalog lake) throws Exception {
        try (Workload workload = Workload.start(database, options.seed())) {
            Instant applied = Instant.now();
            operator.apply();
            now().begin();
            if (checker().commits().awaitAfter(applied, LOADED_WITHIN).isEmpty()) {
                throw new SluiceException(
                        ErrorCode.E1307,
                        "the pipeline made no exact commit within " + LOADED_WITHIN.toSeconds() + " s of its start"
                                + now().trouble()
                                + checker().findings().first().stream()
                                        .findFirst()
                                        .map(finding -> "; " + finding.line())
                                        .orElse(""),
                        "the logs are in " + targets.stack().config().home().resolve("logs"));
            }
            say.accept("loaded, and streaming exactly; now it begins");
            breakThings(faults, workload, lake);
            workload.close();
            now().finish(database.position()).ifPresent(problems::add);
            if (!direct.hot().tables().isEmpty() && sum(one -> one.checker().hotReadings()) == 0) {
                problems.add("the hot table was never seen to stand still and follow, so it was not compared");
            }
            return workload.tally();
        }
    }

    private void breakThings(Faults faults, Workload workload, LakeCatalog lake) throws Exception {
        Schedule schedule = new Schedule(options.seed(), options.faults());
        Set<FaultClass> waiting = EnumSet.copyOf(options.faults());
        long begun = System.nanoTime();
        long length = options.length().toNanos();
        int faultsMax = ROUNDS_MAX_FOR_ALL * options.faults().size();
        while (findings() == 0
                && (System.nanoTime() - begun < length || !waiting.isEmpty() && endured.size() < faultsMax)) {
            ScheduledFault fault = schedule.next();
            FaultOutcome outcome =
                    fault.kind().replacesSource() ? replaceSource(faults, fault, workload, lake) : faults.run(fault);
            Endured one = endure(outcome, fault);
            endured.add(one);
            say.accept(line(one));
            if (one.outcome().fired() || one.outcome().skipped()) {
                waiting.remove(fault.kind());
            }
            tend(fault);
            Thread.sleep(fault.calm());
        }
    }

    /** The history of the source ends with it: what the lake has of that is compared before. */
    private FaultOutcome replaceSource(Faults faults, ScheduledFault fault, Workload workload, LakeCatalog lake)
            throws Exception {
        Faults.Replacing replacing = faults.replacement(fault);
        // The lake goes on beyond it.
        Thread.sleep(fault.length());
        workload.pause();
        try {
            now().finish(database.position()).ifPresent(problems::add);
            return replacing.replace(() -> {
                Comparison next = Comparison.prepare(lake, direct);
                comparisons.add(next);
                database.run(TortureTables.writtenAnew());
                operator.loadAnew();
                next.begin();
            });
        } finally {
            workload.resume();
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

    private Endured endure(FaultOutcome outcome, ScheduledFault fault) throws InterruptedException {
        if (outcome.skipped()) {
            return new Endured(fault, outcome, OptionalDouble.empty(), OptionalDouble.empty());
        }
        Optional<ExactCommit> next = checker().commits().awaitAfter(outcome.healedAt(), GIVEN_UP_AFTER);
        OptionalDouble progress = next.map(commit -> OptionalDouble.of(seconds(outcome.healedAt(), commit.lakeTime())))
                .orElse(OptionalDouble.empty());
        if (progress.isEmpty() || progress.getAsDouble() > PROGRESS_WITHIN.toSeconds()) {
            problems.add("no progress within " + PROGRESS_WITHIN.toSeconds() + " s after "
                    + fault.kind().label() + " was healed: "
                    + (progress.isEmpty() ? "none at all" : Math.round(progress.getAsDouble()) + " s")
                    + now().trouble());
        }
        OptionalDouble recovery = checker()
                .commits()
                .after(outcome.firedAt())
                .map(commit -> OptionalDouble.of(seconds(outcome.firedAt(), commit.lakeTime())))
                .orElse(OptionalDouble.empty());
        return new Endured(fault, outcome, recovery, progress);
    }

    private static String line(Endured one) {
        return String.format(
                Locale.ROOT,
                "%-26s %s  recovery %s  %s",
                one.fault().kind().label(),
                one.outcome().fired() ? "fired" : one.outcome().skipped() ? "SKIPPED" : "NOT FIRED",
                one.recoverySeconds().isPresent()
                        ? String.format(
                                Locale.ROOT, "%.1f s", one.recoverySeconds().getAsDouble())
                        : "none",
                one.outcome().evidence());
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1e3;
    }
}
