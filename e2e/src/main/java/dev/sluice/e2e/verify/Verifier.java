package dev.sluice.e2e.verify;

import dev.sluice.e2e.verify.LakePoint.TableAt;
import dev.sluice.e2e.verify.VerifyReport.TableReport;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.SlotNames;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Compares every row of the lake with the source at one LSN, while both keep changing.
 *
 * <p>How both come to the same LSN: a temporary slot exports a snapshot of the source at its consistent point X; the
 * lake is awaited until its progress is some L at or after X - 1; the rows at X are then read from the snapshot, and the
 * changes of whole transactions in [X, L] from the slot are laid over them. The lake is read at its newest snapshots
 * that are not beyond L.
 */
public final class Verifier {
    private final PipelineSpec spec;

    public Verifier(PipelineSpec spec) {
        this.spec = spec;
    }

    /**
     * Compares the tables. Opens its own connections and closes them; leaves nothing behind at the source.
     *
     * @throws SluiceException E1202 when a comparison is not possible, as when the pipeline does not run
     */
    public VerifyReport verify(VerifyOptions options) {
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            return verify(lake, options);
        }
    }

    /** The same with a lake that is open and stays open. */
    public VerifyReport verify(LakeCatalog lake, VerifyOptions options) {
        long begun = System.nanoTime();
        SourceConnections connections = new SourceConnections(spec.source());
        List<ComparedTable> tables = tables(connections, options);
        try (SourcePoint source = SourcePoint.create(connections, tables)) {
            source.emitMessage("verify");
            // The snapshot holds the commits that begin before X: the source as of X - 1.
            Lsn snapshotLsn = new Lsn(source.lsn().value() - 1);
            LakePoint point = LakePoint.await(lake, spec.pipeline(), snapshotLsn, tables, options.waitForLake());
            Map<Long, ChangedRows> changed = new HashMap<>();
            tables.forEach(table -> changed.put(table.relationOid(), new ChangedRows(table)));
            long changes = readChanges(source, point.lsn(), changed);
            List<TableReport> reports = new ArrayList<>();
            for (ComparedTable table : tables) {
                reports.add(compare(
                        source.rows(),
                        changed.get(table.relationOid()),
                        point.tables().get(table.spec().qualifiedName()),
                        options));
            }
            return new VerifyReport(spec.pipeline(), point.lsn(), reports, changes, secondsSince(begun));
        }
    }

    private List<ComparedTable> tables(SourceConnections connections, VerifyOptions options) {
        List<ComparedTable> tables = new ArrayList<>();
        try (Connection connection = connections.query()) {
            for (TableSpec table : spec.source().tables()) {
                if (options.tables().isEmpty() || options.tables().contains(table.name())) {
                    tables.add(TableShapes.read(connection, table));
                }
            }
        } catch (SQLException e) {
            throw SourceConnections.failure("the source's catalog cannot be read", e);
        }
        if (tables.isEmpty()) {
            throw new SluiceException(
                    ErrorCode.E1202, "the pipeline " + spec.pipeline() + " has none of the tables", "name its tables");
        }
        return tables;
    }

    /** A message written now lies beyond every LSN that the lake can have, so nothing of interest follows it. */
    private long readChanges(SourcePoint source, Lsn end, Map<Long, ChangedRows> changed) {
        String last = "verify " + UUID.randomUUID();
        source.emitMessage(last);
        ChangeDecoder decoder = new ChangeDecoder(end, last, changed);
        source.readChanges(publicationName(), decoder);
        source.dropSlot();
        return decoder.changes();
    }

    private String publicationName() {
        try (LakeCatalog catalog = LakeCatalog.open(spec.catalog())) {
            return SlotNames.of(catalog, spec.pipeline())
                    .orElseThrow(() -> new SluiceException(
                            ErrorCode.E1202,
                            "the lake knows of no publication of " + spec.pipeline(),
                            "apply it first"));
        }
    }

    private TableReport compare(Connection rows, ChangedRows changed, TableAt lake, VerifyOptions options) {
        long begun = System.nanoTime();
        ComparedTable table = changed.table();
        Sums source = new Sums(table.keyColumns());
        Sums inLake = new Sums(table.keyColumns());
        String problem = LakeScan.problem(lake.table().schema(), table);
        DifferenceFinder.Found found = new DifferenceFinder.Found(List.of(), false);
        if (problem.isEmpty()) {
            bothSides(() -> readSource(rows, changed, source), () -> readLake(lake, table, inLake));
            List<Integer> differing = source.differing(inLake);
            if (!differing.isEmpty()) {
                found = new DifferenceFinder(table, differing, options.differencesPerTable())
                        .find(visitor -> readSource(rows, changed, visitor), visitor -> readLake(lake, table, visitor));
            }
        }
        return new TableReport(
                table.spec().qualifiedName(),
                source.rows(),
                inLake.rows(),
                source.total(),
                inLake.total(),
                lake.snapshot().snapshotId(),
                lake.stamp(),
                secondsSince(begun),
                problem,
                found.differences(),
                found.more());
    }

    private static void readSource(Connection rows, ChangedRows changed, RowVisitor visitor) {
        ChangedRows.Overlay overlay = changed.over(visitor);
        SourceScan.read(rows, changed.table(), overlay);
        overlay.finish();
    }

    private static void readLake(TableAt lake, ComparedTable table, RowVisitor visitor) {
        LakeScan.read(lake.table(), lake.snapshot().snapshotId(), table, visitor);
    }

    private static void bothSides(Runnable source, Runnable lake) {
        try (ExecutorService other = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("verify-lake").factory())) {
            Future<?> lakeDone = other.submit(lake);
            source.run();
            lakeDone.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SluiceException known) {
                throw known;
            }
            throw new SluiceException(ErrorCode.E1202, "the lake cannot be read: " + e.getCause(), "", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E1202, "it was interrupted", "", e);
        }
    }

    private static double secondsSince(long begunNanos) {
        return (System.nanoTime() - begunNanos) / 1e9;
    }
}
