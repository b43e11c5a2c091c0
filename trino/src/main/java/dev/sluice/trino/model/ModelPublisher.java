package dev.sluice.trino.model;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.lake.Position;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.StampProperties;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import dev.sluice.trino.model.Replacement.Loads;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.BaseTransaction;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the staged rows of a run the content of its tables: all of them in one catalog transaction, each stamped. */
final class ModelPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(ModelPublisher.class);

    private final LakeCatalog catalog;
    private final String pipeline;
    private final Loads loads;

    ModelPublisher(LakeCatalog catalog, String pipeline, Loads loads) {
        this.catalog = catalog;
        this.pipeline = pipeline;
        this.loads = loads;
    }

    /**
     * The rows of a model, tested and ready.
     *
     * @param head what the model's table showed when the run decided to replace it; empty for a new or empty table
     * @param inputs snapshots that were read, by table; outputs of the same run are missing, they have none yet
     */
    record Ready(
            Model model, StagedOutput staged, String fingerprint, Optional<Long> head, Map<LakeTable, Long> inputs) {}

    private record Commit(TableIdentifier table, TableMetadata base, TableMetadata updated) {
        long snapshotId() {
            return updated.currentSnapshot().snapshotId();
        }
    }

    /**
     * Publishes the outputs.
     *
     * @return the new snapshot of each
     * @throws SluiceException E0501 when something else has written to one of the tables meanwhile (nothing is published
     *     then), E0502 when the catalog does not tell what became of the commit
     */
    Map<LakeTable, Long> publish(List<Ready> outputs, Pins pins) {
        List<Commit> commits = new ArrayList<>();
        Map<LakeTable, Long> snapshots = new LinkedHashMap<>();
        for (Ready output : outputs) {
            Map<LakeTable, Long> inputs = new LinkedHashMap<>(output.inputs());
            output.model().reads().forEach(table -> {
                if (snapshots.containsKey(table)) {
                    inputs.put(table, snapshots.get(table));
                }
            });
            Commit commit = prepare(output, inputs, pins);
            commits.add(commit);
            snapshots.put(output.model().output(), commit.snapshotId());
        }
        send(commits);
        return snapshots;
    }

    private Commit prepare(Ready output, Map<LakeTable, Long> inputs, Pins pins) {
        TableIdentifier identifier = identifier(output.model().output());
        Table table = catalog.find(identifier).orElseGet(() -> create(identifier, output));
        // From here on the catalog checks it: the commit is refused when main is no longer what is read now.
        if (!head(table).equals(output.head())) {
            throw conflict("a new snapshot of " + identifier + " has appeared", null);
        }
        return LakeErrors.calling("preparing the commit of " + identifier, () -> {
            BaseTransaction transaction = (BaseTransaction) table.newTransaction();
            SchemaAlignment.align(
                            transaction.updateSchema(),
                            table.schema(),
                            output.staged().columns(),
                            output.model().frontMatter().columns())
                    .commit();
            checkIds(identifier, transaction.table().schema(), output.staged());
            Stamp stamp = stamp(table, output, pins);
            OverwriteFiles overwrite = transaction.newOverwrite().overwriteByRowFilter(Expressions.alwaysTrue());
            output.staged().files().forEach(overwrite::addFile);
            stamp.toSummary().forEach(overwrite::set);
            overwrite
                    .set(ModelProperties.MODEL, output.model().name())
                    .set(ModelProperties.FINGERPRINT, output.fingerprint())
                    .set(ModelProperties.INPUTS, text(inputs));
            overwrite.commit();
            UpdateProperties properties = transaction.updateProperties();
            stamp.toTableProperties().forEach(properties::set);
            properties.set(ModelProperties.MODEL, output.model().name());
            properties.set(ModelProperties.LOADS, loads.text());
            output.model().frontMatter().description().ifPresent(text -> properties.set("comment", text));
            properties.commit();
            return new Commit(identifier, transaction.startMetadata(), transaction.currentMetadata());
        });
    }

    /** A table without a snapshot: the first commit fills it. Numbers its fields as Trino has numbered the staged ones. */
    private Table create(TableIdentifier identifier, Ready output) {
        Schema schema = StagedOutput.Engine.described(
                output.staged().columns(), output.model().frontMatter().columns());
        return LakeErrors.calling(
                "creating " + identifier,
                () -> catalog.rest()
                        .buildTable(identifier, schema)
                        .withLocation(output.staged().home())
                        .withProperty(ModelProperties.MODEL, output.model().name())
                        .withProperty(StampProperties.PIPELINE, pipeline)
                        .create());
    }

    /** The files carry field ids; were they not those of the table, readers would see NULLs or other columns. */
    private static void checkIds(TableIdentifier identifier, Schema table, StagedOutput staged) {
        if (!ids(table).equals(ids(staged.written()))) {
            throw new SluiceException(
                    ErrorCode.E0501,
                    "the columns of " + identifier + " were changed while the run was under way",
                    "run the models again");
        }
    }

    /** Id, full name and type of every field, nested ones too. */
    private static List<String> ids(Schema schema) {
        List<String> ids = new ArrayList<>();
        schema.idToName()
                .forEach((id, name) ->
                        ids.add(id + " " + name + " " + schema.findType(id).typeId()));
        ids.sort(null);
        return ids;
    }

    private Stamp stamp(Table table, Ready output, Pins pins) {
        Position before = TableStamps.current(table).map(Stamp::position).orElse(Position.ZERO);
        Snapshot current = table.currentSnapshot();
        long rowsBefore = current == null
                ? 0
                : Long.parseLong(current.summary().getOrDefault(SnapshotSummary.TOTAL_RECORDS_PROP, "0"));
        return new Stamp(
                pipeline,
                pins.position(),
                before,
                pins.sourceCommitTime(),
                Stamp.Kind.MODEL,
                output.staged().rows(),
                rowsBefore);
    }

    private void send(List<Commit> commits) {
        try {
            sendTogether(commits);
        } catch (CommitFailedException e) {
            throw conflict(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            if (!landed(commits)) {
                throw LakeErrors.translate("publishing the models", e);
            }
            LOG.warn("publishing: the catalog answered with an error, but shows the commit: {}", e.toString());
            return;
        }
        if (!landed(commits)) {
            throw new SluiceException(
                    ErrorCode.E0502,
                    "the catalog confirmed the run's commit but does not show it",
                    "check the catalog");
        }
    }

    private static SluiceException conflict(String what, @Nullable Exception cause) {
        return new SluiceException(
                ErrorCode.E0501,
                "something else has written to a model's table during the run, nothing was published: " + what,
                "run the models again; only one run at a time may write to silver and gold",
                cause);
    }

    static Optional<Long> head(Table table) {
        return Optional.ofNullable(table.currentSnapshot()).map(Snapshot::snapshotId);
    }

    private void sendTogether(List<Commit> commits) {
        List<TableCommit> together = commits.stream()
                .map(commit -> TableCommit.create(commit.table(), commit.base(), commit.updated()))
                .toList();
        try {
            catalog.rest().commitTransaction(together);
        } catch (UnsupportedOperationException e) {
            LOG.warn("this catalog has no multi-table commit; the models are published one after the other");
            for (Commit commit : commits) {
                ((HasTableOperations) catalog.load(commit.table()))
                        .operations()
                        .commit(commit.base(), commit.updated());
            }
        }
    }

    private boolean landed(List<Commit> commits) {
        return commits.stream()
                .allMatch(commit -> Optional.ofNullable(
                                catalog.load(commit.table()).snapshot(commit.snapshotId()))
                        .isPresent());
    }

    private static String text(Map<LakeTable, Long> inputs) {
        List<String> parts = new ArrayList<>();
        inputs.forEach((table, snapshot) -> parts.add(table + "@" + snapshot));
        parts.sort(null);
        return String.join(", ", parts);
    }

    static TableIdentifier identifier(LakeTable table) {
        return TableIdentifier.of(table.schema(), table.table());
    }
}
