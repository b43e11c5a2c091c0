package dev.sluice.ingest.sink.poison;

import dev.sluice.ingest.row.BigEndian;
import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.sink.file.DataFileWriter;
import dev.sluice.ingest.sink.file.TableFormat;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.RepeatedCommit;
import dev.sluice.spec.PoisonPolicy;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Brings dead letters back into their table, as far as the policies of today have a place for them. A letter is open as
 * long as it is the row of its key at the position of its table: a later change of the key ends it in the same commit. So
 * moving it, in one commit that the catalog refuses when either table has moved, leaves the table equal to its source at
 * the position at which it stands. Runs beside the pipeline.
 */
public final class Replay {
    private static final int ATTEMPTS_MAX = 20;
    private static final long ROW_GROUP_BYTES = 16L << 20;

    private final LakeCatalog catalog;
    private final String pipeline;

    public Replay(LakeCatalog catalog, String pipeline) {
        this.catalog = catalog;
        this.pipeline = pipeline;
    }

    /**
     * What became of the letters of a table.
     *
     * @param replayed those that are in their table now, or would be
     * @param left those that still have no place there
     */
    public record Outcome(List<DeadLetterTable.Filed> replayed, List<DeadLetterTable.Filed> left) {}

    /** Looks only. */
    public Outcome look(SourceTable source, List<PoisonPolicy> policies) {
        return attempt(source, policies, false).orElseThrow();
    }

    /**
     * Moves what fits.
     *
     * @throws SluiceException E0405 when the pipeline commits faster than this can
     */
    public Outcome run(SourceTable source, List<PoisonPolicy> policies) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Optional<Outcome> done = attempt(source, policies, true);
            if (done.isPresent()) {
                return done.get();
            }
        }
        throw new SluiceException(
                ErrorCode.E0405,
                "table " + source.name() + " was committed to by its pipeline in each of " + ATTEMPTS_MAX + " attempts",
                "run it again, or sluice stop the pipeline first; nothing was done");
    }

    /** Empty when one of the tables has moved meanwhile. */
    private Optional<Outcome> attempt(SourceTable source, List<PoisonPolicy> policies, boolean commits) {
        Table letters = catalog.find(DeadLetterTable.of(pipeline)).orElse(null);
        TableIdentifier name = catalog.bronze(source.name());
        Table table = catalog.find(name).orElse(null);
        if (letters == null || letters.currentSnapshot() == null || table == null) {
            return Optional.of(new Outcome(List.of(), List.of()));
        }
        List<DeadLetterTable.Filed> open = DeadLetterTable.read(letters, Optional.of(source.name()));
        TableFormat format = TableFormat.of(source, table, 0);
        RowJudge judge = new RowJudge(format.source(), policies);
        List<DeadLetterTable.Filed> replayed = new ArrayList<>();
        List<DeadLetterTable.Filed> left = new ArrayList<>();
        try {
            DataFileWriter writer = null;
            for (DeadLetterTable.Filed filed : open) {
                Optional<RowCursor> row = row(format.source(), policies.size(), filed.letter());
                if (row.isEmpty() || judge.judge(row.get()) != RowJudge.Verdict.FITS) {
                    left.add(filed);
                    continue;
                }
                replayed.add(filed);
                if (commits) {
                    writer = writer == null
                            ? new DataFileWriter(format, row.get().size(), ROW_GROUP_BYTES)
                            : writer;
                    writer.add(row.get());
                }
            }
            if (writer == null) {
                return Optional.of(new Outcome(replayed, left));
            }
            Set<String> keys = new HashSet<>();
            replayed.forEach(filed -> keys.add(filed.letter().key()));
            boolean done = RepeatedCommit.commit(
                    catalog,
                    List.of(
                            new RepeatedCommit.Part(name, table, List.of(writer.finish()), List.of()),
                            new RepeatedCommit.Part(
                                    DeadLetterTable.of(pipeline),
                                    letters,
                                    List.of(),
                                    List.of(DeadLetterTable.delete(letters, Map.of(source.name(), keys))))));
            return done ? Optional.of(new Outcome(replayed, left)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The row of a letter; empty when the table had other columns then. */
    private static Optional<RowCursor> row(SourceTable shape, int sourceColumns, DeadLetter letter) {
        int held = BigEndian.int16(letter.row(), 0);
        if (held < sourceColumns || held > shape.columns().size()) {
            return Optional.empty();
        }
        RowCursor row = new RowCursor(shape.name(), held, shape.columns().size());
        return Optional.of(row.moveTo(letter.row(), 0));
    }
}
