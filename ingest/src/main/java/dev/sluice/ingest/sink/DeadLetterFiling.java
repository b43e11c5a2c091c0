package dev.sluice.ingest.sink;

import dev.sluice.ingest.sink.carry.CarryOver;
import dev.sluice.ingest.sink.cut.CarriedFile;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.file.TableFormat;
import dev.sluice.ingest.sink.poison.DeadLetter;
import dev.sluice.ingest.sink.poison.DeadLetterBook;
import dev.sluice.ingest.sink.poison.DeadLetterTable;
import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.sink.poison.PoisonStops;
import dev.sluice.ingest.sink.poison.RowJudge;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.CommitOutcome;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableChange;
import dev.sluice.lake.TableStamps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last hand on the rows of a lake commit: completes those that lack unchanged values, and files those that their
 * table cannot hold among the dead letters, in the same commit. Used by the committer's thread, one commit at a time.
 */
final class DeadLetterFiling {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterFiling.class);

    /** Writer number of the committer's own files, in their names only. */
    private static final int CARRIED_FILES = 99_999;

    private final LakeCatalog catalog;
    private final String pipeline;
    private final List<SourceTable> sources;
    private final PoisonPolicies policies;
    private final DeadLetterBook book;
    private final CommitMetrics metrics;
    private final Set<String> told = new HashSet<>();
    private DeadLetterBook.Page page = DeadLetterBook.page();

    DeadLetterFiling(
            LakeCatalog catalog,
            String pipeline,
            List<SourceTable> sources,
            PoisonPolicies policies,
            CommitMetrics metrics) {
        this.catalog = catalog;
        this.pipeline = pipeline;
        this.sources = sources;
        this.policies = policies;
        this.book = new DeadLetterBook(catalog, pipeline);
        this.metrics = metrics;
    }

    /** A commit begins; what was noted for one that did not take place is forgotten. */
    void begin() {
        page = DeadLetterBook.page();
    }

    /**
     * The change of a table with its carried rows completed, and its dead letters noted; empty when the table has more of
     * those than can be kept.
     */
    Optional<TableChange> file(TableChange change, TableFiles files) {
        SourceTable source = sources.get(files.table());
        if (files.carried().isEmpty() && !book.hasLetters(source)) {
            return Optional.of(change);
        }
        Table table = catalog.load(change.table());
        if (TableStamps.current(table)
                .filter(there -> change.stamp().position().isAtMost(there.position()))
                .isPresent()) {
            // The cut comes again: the lake has it, and the versions before are gone.
            return Optional.of(change);
        }
        return LakeErrors.calling("completing rows of " + table.name() + " from the lake", () -> {
            try {
                return filed(change, files, TableFormat.of(source, table, CARRIED_FILES));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private Optional<TableChange> filed(TableChange change, TableFiles files, TableFormat format) throws IOException {
        SourceTable source = sources.get(files.table());
        long start = System.nanoTime();
        CarryOver.Result completed = CarryOver.complete(
                format,
                files,
                new RowJudge(format.source(), policies.of(files.table())),
                files.carried().isEmpty() ? List.of() : book.rowsOf(source));
        if (!files.carried().isEmpty()) {
            LOG.info(
                    "completed {} rows of {} from {} of its files, {} ms",
                    files.carried().stream().mapToLong(CarriedFile::rows).sum(),
                    format.table().name(),
                    completed.filesRead(),
                    (System.nanoTime() - start) / 1_000_000);
        }
        book.note(page, format, files, change.replaceAll(), completed.letters());
        if (book.openAfter(page, source) > PoisonStops.LETTERS_MAX) {
            page.forget(source.name());
            return Optional.empty();
        }
        List<DataFile> all = new ArrayList<>(change.dataFiles());
        all.addAll(completed.files());
        return Optional.of(new TableChange(
                change.table(),
                less(change.stamp(), completed.letters().size()),
                change.lowest(),
                all,
                change.deleteFiles(),
                change.replaceAll()));
    }

    private static Stamp less(Stamp stamp, int letters) {
        return new Stamp(
                stamp.pipeline(),
                stamp.position(),
                stamp.from(),
                stamp.sourceCommitTime(),
                stamp.kind(),
                stamp.rowsInserted() - letters,
                stamp.rowsDeleted());
    }

    /** What the commit of {@code changes} does to the table of dead letters; empty when that stays as it is. */
    Optional<TableChange> letters(List<TableChange> changes) {
        if (page.isEmpty()) {
            return Optional.empty();
        }
        TableChange any = changes.get(0);
        Stamp stamp = any.stamp();
        return LakeErrors.calling("writing dead letters", () -> {
            try {
                DeadLetterBook.Files files = book.write(page, stamp.position().toString(), stamp.sourceCommitTime());
                return Optional.of(new TableChange(
                        DeadLetterTable.of(pipeline),
                        new Stamp(
                                pipeline,
                                stamp.position(),
                                stamp.from(),
                                stamp.sourceCommitTime(),
                                Stamp.Kind.DATA,
                                page.added().size(),
                                page.removedCount()),
                        changes.stream()
                                .map(TableChange::lowest)
                                .min(Comparable::compareTo)
                                .orElseThrow(),
                        files.added(),
                        files.removed(),
                        false));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The commit has taken place: counts, and tells of each kind of value once. */
    void committed(CommitOutcome.Applied applied) {
        if (page.isEmpty()) {
            return;
        }
        book.committed(page, Optional.ofNullable(applied.snapshotIds().get(DeadLetterTable.of(pipeline))));
        metrics.quarantined(page.added().size(), book.openLetters());
        for (DeadLetter letter : page.added()) {
            if (told.add(letter.table() + "." + letter.column() + " " + letter.reason())) {
                LOG.warn(
                        "E0401 table {}: a row is a dead letter, because column {} holds {}; {} holds it."
                                + " Further ones of this kind are only counted.",
                        letter.table(),
                        letter.column(),
                        letter.reason(),
                        DeadLetterTable.of(pipeline));
            }
        }
    }
}
