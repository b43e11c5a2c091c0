package dev.sluice.torture.fault;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.LocalStack;
import dev.sluice.torture.Operator;
import dev.sluice.torture.check.LakeChecker;
import dev.sluice.torture.workload.SourceDatabase;
import dev.sluice.torture.workload.TortureTables;
import java.time.Duration;
import java.time.Instant;

/** Does one fault after the other, and says what came of each. Used by one thread. */
public final class Faults {
    private static final Duration UPKEEP_SEEN_WITHIN = Duration.ofSeconds(60);

    private final ProcessFaults processes;
    private final NetworkFaults network;
    private final ForeignWriter foreigner;
    private final StoppedTable stopped;
    private final SourceDatabase database;
    private final LakeCatalog lake;
    private final Operator operator;
    private final LakeChecker checker;

    /** @param catalog reached directly, as {@code lake} */
    public Faults(
            LocalStack stack,
            NetworkFaults network,
            CatalogSpec catalog,
            LakeCatalog lake,
            SourceDatabase database,
            LakeChecker checker,
            Operator operator) {
        this.processes = new ProcessFaults(stack, operator);
        this.network = network;
        this.foreigner = new ForeignWriter(catalog);
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
                case PAUSE -> processes.pause(fault.kind().server(), fault.length());
                case NETWORK -> network.run(fault);
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

    private FaultOutcome upkeep() throws InterruptedException {
        Instant begun = Instant.now();
        long before = checker.upkeepSnapshots();
        String said = operator.maintain();
        Instant ended = Instant.now();
        Patience.await(UPKEEP_SEEN_WITHIN, () -> checker.upkeepSnapshots() > before);
        long seen = checker.upkeepSnapshots() - before;
        return new FaultOutcome(seen > 0, said + "; " + seen + " snapshots of upkeep were compared", begun, ended);
    }
}
