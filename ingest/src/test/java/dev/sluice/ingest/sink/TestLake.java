package dev.sluice.ingest.sink;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.sink.cut.CutFilesSerializer;
import dev.sluice.ingest.sink.cut.CutMerger;
import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeCommit;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.testing.FaultyCatalog;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/** The whole sink without Flink: writers, merger and committer over a catalog in memory. */
public final class TestLake implements AutoCloseable {
    public static final String PIPELINE = "shop";

    public final FaultyCatalog server = new FaultyCatalog();
    public final LakeCatalog catalog;
    private final String files;
    private List<SourceTable> sources;
    private final List<LakeWriter> writers = new ArrayList<>();
    private CutMerger merger = new CutMerger();
    private CutCommitter committer;
    private int runs;
    /** What the next committer asks before each commit. */
    SourceGuard guard = SourceGuard.NONE;

    private PoisonPolicies policies;

    public TestLake(SourceTable... sources) {
        this(PoisonPolicies.stop(List.of(sources)), sources);
    }

    TestLake(PoisonPolicies policies, SourceTable... sources) {
        this("org.apache.iceberg.inmemory.InMemoryFileIO", policies, sources);
    }

    /** With files in the folder that {@code sluice.test.files} names. */
    static TestLake onDisk(SourceTable... sources) {
        return new TestLake(LocalFileIO.class.getName(), PoisonPolicies.stop(List.of(sources)), sources);
    }

    private TestLake(String files, PoisonPolicies policies, SourceTable... sources) {
        this.policies = policies;
        this.files = files;
        this.catalog = server.connect(files);
        this.sources = List.of(sources);
        LakeTables.create(catalog, PIPELINE, this.sources, policies);
        start(1);
    }

    List<SourceTable> sources() {
        return sources;
    }

    /** A new job for other tables, or for the same ones as their source has them now. */
    void sources(SourceTable... changed) {
        sources = List.of(changed);
        policies = PoisonPolicies.stop(sources);
        start(1);
    }

    /** A new job under other policies. */
    void startWith(PoisonPolicies other) {
        policies = other;
        LakeTables.create(catalog, PIPELINE, sources, policies);
        start(1);
    }

    /** A new job with that many writers; the former one is gone, with everything that it had not handed over. */
    public void start(int parallelism) {
        writers.clear();
        for (int i = 0; i < parallelism; i++) {
            writers.add(new LakeWriter(server.connect(files), sources, policies, i, new UnregisteredMetricsGroup()));
        }
        merger = new CutMerger();
        String run = "run " + ++runs;
        claim(run);
        committer = new CutCommitter(
                catalog,
                PIPELINE,
                run,
                sources,
                policies,
                new LakeCommit.Bounds(3, 1, 2),
                new CommitMetrics(new UnregisteredMetricsGroup()),
                guard);
    }

    /** A fault that waited for a commit may meet this instead: then the job is started again, as people do. */
    private void claim(String run) {
        try {
            new Progress(catalog, PIPELINE).claim(run, false);
        } catch (SluiceException e) {
            new Progress(catalog, PIPELINE).claim(run, false);
        }
    }

    public void write(Batch batch) throws IOException {
        write(0, batch);
    }

    void write(int writer, Batch batch) throws IOException {
        writers.get(writer).write(batch, null);
    }

    /** A checkpoint up to where the lake commit begins; everything goes through its persisted form. */
    CutFiles checkpoint() throws IOException {
        List<CutFiles> cuts = checkpointCuts();
        if (cuts.size() > 1) {
            throw new IllegalStateException("a checkpoint with " + cuts.size() + " cuts");
        }
        return cuts.isEmpty()
                ? new CutFiles(false, Position.ZERO, 0, List.of(), List.of(), List.of(), List.of())
                : cuts.get(0);
    }

    /** The cuts of a checkpoint, in the order in which they are to be committed. */
    List<CutFiles> checkpointCuts() throws IOException {
        CutFilesSerializer serializer = new CutFilesSerializer();
        List<CutFiles> parts = new ArrayList<>();
        for (LakeWriter writer : writers) {
            for (CutFiles part : writer.prepareCommit()) {
                parts.add(serializer.deserialize(serializer.getVersion(), serializer.serialize(part)));
            }
        }
        List<CutFiles> cuts = merger.merge(parts);
        CutMerger restored = new CutMerger();
        restored.restore(serializer.deserialize(serializer.getVersion(), serializer.serialize(merger.snapshot())));
        merger = restored;
        List<CutFiles> persisted = new ArrayList<>();
        for (CutFiles cut : cuts) {
            persisted.add(serializer.deserialize(serializer.getVersion(), serializer.serialize(cut)));
        }
        return persisted;
    }

    boolean commit(CutFiles cut) {
        return committer.commit(cut);
    }

    public void commitCut() throws IOException {
        checkpointCuts().forEach(this::commit);
    }

    public Table table(SourceTable source) {
        return catalog.load(catalog.bronze(source.name()));
    }

    /** All rows as any reader sees them, each as the list of its values. */
    public List<List<Object>> rows(SourceTable source) throws IOException {
        return rows(table(source), null);
    }

    static List<List<Object>> rows(Table table, Long snapshotId) throws IOException {
        List<List<Object>> rows = new ArrayList<>();
        IcebergGenerics.ScanBuilder scan = IcebergGenerics.read(table);
        if (snapshotId != null) {
            scan = scan.useSnapshot(snapshotId);
        }
        try (CloseableIterable<Record> records = scan.build()) {
            for (Record record : records) {
                List<Object> row = new ArrayList<>();
                // The reader may append the row's position when it applies deletes.
                for (int i = 0; i < table.schema().columns().size(); i++) {
                    row.add(record.get(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    @Override
    public void close() throws IOException {
        catalog.close();
        server.close();
    }
}
