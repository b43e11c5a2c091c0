package dev.sluice.torture.fault;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.torture.Operator;
import dev.sluice.torture.check.LakeChecker;
import dev.sluice.torture.workload.SourceDatabase;
import dev.sluice.torture.workload.TortureTables;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.Supplier;

/** Does one fault after the other, and says what came of each. Used by one thread. */
public final class Faults {
    private static final Duration UPKEEP_SEEN_WITHIN = Duration.ofSeconds(60);

    /** The slot is gone, the server is another one, or behind the lake: whichever is seen first. */
    private static final Set<ErrorCode> REFUSALS = Set.of(ErrorCode.E0215, ErrorCode.E0216, ErrorCode.E0219);

    private final ProcessFaults processes;
    private final SourceServer source;
    private final ProcessFaults sourceProcess;
    private final NetworkFaults network;
    private final DiskFaults disks;
    private final ForeignWriter foreigner;
    private final StoppedTable stopped;
    private final SourceDatabase database;
    private final LakeCatalog lake;
    private final Operator operator;
    private final Supplier<LakeChecker> checker;

    /**
     * @param pipeline reached directly, as {@code lake}
     * @param checker the one of now
     */
    public Faults(
            Targets targets,
            PipelineSpec pipeline,
            LakeCatalog lake,
            SourceDatabase database,
            Supplier<LakeChecker> checker,
            Operator operator) {
        this.processes = new ProcessFaults(targets.stack(), operator);
        this.source = targets.source();
        this.sourceProcess = new ProcessFaults(source.stack(), operator);
        this.network = targets.network();
        this.disks = new DiskFaults(targets.disks(), processes, lake, pipeline.pipeline());
        this.foreigner = new ForeignWriter(pipeline.catalog());
        this.stopped = new StoppedTable(lake, checker, operator, TortureTables.SCRATCH);
        this.database = database;
        this.lake = lake;
        this.operator = operator;
        this.checker = checker;
    }

    /** Returns when it is healed, as far as anybody can do something about it. */
    public FaultOutcome run(ScheduledFault fault) throws Exception {
        Instant begun = Instant.now();
        try {
            return switch (fault.kind().action()) {
                case KILL -> processes.kill(fault.kind().server(), fault.length());
                case KILL_SOURCE -> sourceProcess.kill(fault.kind().server(), fault.length());
                case PAUSE -> processes.pause(fault.kind().server(), fault.length());
                case NETWORK -> network.run(fault);
                case FILL_DISK -> disks.run(fault);
                case REPLACE_SOURCE -> throw new IllegalStateException("see replacement()");
                case UPKEEP -> upkeep();
                case FOREIGN_WRITE ->
                    stopped.run(
                            "a foreign deletion",
                            () -> foreigner.deleteAll(lake.bronze(TortureTables.SCRATCH)),
                            () -> {});
                case ALTER_TABLE ->
                    stopped.run(
                            "another column",
                            () -> database.run(TortureTables.ANOTHER_COLUMN),
                            () -> database.run(TortureTables.WITHOUT_IT));
                case SECOND_COPY -> {
                    String said = operator.submitCopy();
                    yield new FaultOutcome(true, said, begun, Instant.now());
                }
            };
        } catch (SluiceException e) {
            return new FaultOutcome(false, "it went wrong: " + e.getMessage(), begun, Instant.now());
        }
    }

    /** Loads everything anew, and compares it with what the source is now. */
    public interface BeginAnew {
        void run() throws Exception;
    }

    /** Another server that is ready to take the place of the source. */
    public interface Replacing {
        FaultOutcome replace(BeginAnew beginAnew) throws Exception;
    }

    /** Makes the other server, and leaves the source as it is. */
    public Replacing replacement(ScheduledFault fault) throws Exception {
        SourceServer.Replacement replacement =
                fault.kind() == FaultClass.FAILOVER_POSTGRES ? source.standby() : source.backup();
        return beginAnew -> {
            Instant firedAt = Instant.now();
            String changed = replacement.takePlace();
            String refused = operator.awaitRefusal();
            beginAnew.run();
            boolean known = REFUSALS.stream().anyMatch(code -> refused.contains(code.name()));
            return new FaultOutcome(known, changed + ", and the job ended: " + refused, firedAt, Instant.now());
        };
    }

    private FaultOutcome upkeep() throws InterruptedException {
        Instant begun = Instant.now();
        long before = checker.get().upkeepSnapshots();
        String said = operator.maintain();
        Instant ended = Instant.now();
        Patience.await(UPKEEP_SEEN_WITHIN, () -> checker.get().upkeepSnapshots() > before);
        long seen = checker.get().upkeepSnapshots() - before;
        return new FaultOutcome(seen > 0, said + "; " + seen + " snapshots of upkeep were compared", begun, ended);
    }
}
