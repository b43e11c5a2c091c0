package dev.sluice.verify;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.verify.LakePoint.TableAt;
import dev.sluice.verify.LakePoint.Version;
import dev.sluice.verify.VerifyReport.State;
import dev.sluice.verify.VerifyReport.TableReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Compares every row of the lake with the source at one LSN, while both keep changing.
 *
 * <p>How both come to the same LSN: a temporary slot exports a snapshot of the source at its consistent point X; the
 * lake is awaited until its progress is some L at or after X - 1; the rows at X are then read from the snapshot, and the
 * changes of whole transactions in [X, L] from the slot are laid over them. The lake is read at its newest snapshots
 * that are not beyond L.
 *
 * <p>The slot is of test_decoding: no publication, and not the decoder of the pipeline. Only a server that lacks it is
 * read through a publication that is made for this one verification.
 */
public final class Verifier {
    private final PipelineSpec spec;
    private final String plugin;

    public Verifier(PipelineSpec spec) {
        this(spec, TestDecodingFeed.PLUGIN);
    }

    /** With another output plugin in place of test_decoding. */
    Verifier(PipelineSpec spec, String plugin) {
        this.spec = spec;
        this.plugin = plugin;
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
        SourceConnections connections = new SourceConnections(spec.postgres());
        List<ComparedTable> tables = tables(connections, options);
        ChangeFeed feed = new TestDecodingFeed(plugin);
        try (SourcePoint source = SourcePoint.create(connections, feed)) {
            return compareAll(lake, source, tables, options);
        } catch (SluiceException e) {
            if (e.code() != ErrorCode.E1204) {
                throw e;
            }
        }
        try (OwnPublication publication = OwnPublication.create(connections, tables);
                SourcePoint source = SourcePoint.create(connections, publication)) {
            return compareAll(lake, source, tables, options);
        }
    }

    private VerifyReport compareAll(
            LakeCatalog lake, SourcePoint source, List<ComparedTable> tables, VerifyOptions options) {
        long begun = System.nanoTime();
        source.emitMessage("verify");
        // The snapshot holds the commits that begin before X: the source as of X - 1.
        Lsn snapshotLsn = new Lsn(source.lsn().value() - 1);
        LakePoint point = LakePoint.await(lake, spec.pipeline(), snapshotLsn, tables, options.waitForLake());
        Map<Long, ChangedRows> changed = new HashMap<>();
        tables.forEach(table -> changed.put(table.relationOid(), new ChangedRows(table)));
        long changes = source.readChanges(point.lsn(), List.copyOf(changed.values()));
        source.dropSlot();
        List<TableReport> reports = new ArrayList<>();
        for (ComparedTable table : tables) {
            TableAt at = Objects.requireNonNull(point.tables().get(table.spec().qualifiedName()));
            ChangedRows changedRows = Objects.requireNonNull(changed.get(table.relationOid()));
            reports.add(
                    at.version().isEmpty()
                            ? TableReport.notCompared(table.spec().qualifiedName(), at.state(), at.findings())
                            : compare(source.rows(), changedRows, at, point.letters(), options));
        }
        return new VerifyReport(
                spec.pipeline(), point.lsn(), source.description(), reports, changes, secondsSince(begun));
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

    private TableReport compare(
            SourceRows rows, ChangedRows changed, TableAt at, DeadLetters letters, VerifyOptions options) {
        long begun = System.nanoTime();
        Version lake = at.version().orElseThrow();
        ComparedTable table = changed.table();
        Sums source = new Sums(table.keyColumns());
        Sums inLake = new Sums(table.keyColumns());
        AtomicLong quarantined = new AtomicLong();
        String problem = LakeScan.problem(lake.table().schema(), table);
        DifferenceFinder.Found found = new DifferenceFinder.Found(List.of(), false);
        if (problem.isEmpty()) {
            bothSides(
                    () -> readSource(rows, changed, source),
                    () -> quarantined.set(readLake(lake, letters, table, inLake)));
            List<Integer> differing = source.differing(inLake);
            if (!differing.isEmpty()) {
                found = new DifferenceFinder(table, differing, options.differencesPerTable())
                        .find(
                                visitor -> readSource(rows, changed, visitor),
                                visitor -> readLake(lake, letters, table, visitor));
            }
        }
        boolean same = source.rows() == inLake.rows() && source.total().equals(inLake.total());
        return new TableReport(
                table.spec().qualifiedName(),
                same && problem.isEmpty() && at.findings().isEmpty() ? State.EQUAL : State.DIFFERENT,
                source.rows(),
                inLake.rows() - quarantined.get(),
                quarantined.get(),
                source.total(),
                inLake.total(),
                lake.snapshot().snapshotId(),
                lake.stamp(),
                secondsSince(begun),
                problem,
                at.findings(),
                found.differences(),
                found.more());
    }

    private static void readSource(SourceRows rows, ChangedRows changed, RowVisitor visitor) {
        ChangedRows.Overlay overlay = changed.over(visitor);
        rows.read(changed.table(), overlay);
        overlay.finish();
    }

    /** The rows of the table and its dead letters, which together are the source; returns how many letters there are. */
    private static long readLake(Version lake, DeadLetters letters, ComparedTable table, RowVisitor visitor) {
        LakeScan.read(lake.table(), lake.snapshot().snapshotId(), table, visitor);
        return letters.read(table, visitor);
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
