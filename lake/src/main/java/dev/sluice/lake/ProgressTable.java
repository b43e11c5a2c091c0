package dev.sluice.lake;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.spec.Sha256;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTransaction;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.types.Types;

/**
 * The Iceberg table whose head says how far a pipeline is. It has no rows, ever; each move is a snapshot of the empty
 * table, which replaces the one before. So progress takes part in the catalog's transactions like any table: a commit
 * that names another head than there is lands nowhere.
 *
 * <p>All snapshots share the empty manifest list of the first: a move writes nothing to the object store.
 */
final class ProgressTable {
    /** The way out when there is nothing left to go on from. */
    static final String LOAD_ALL_ANEW = "load the pipeline anew: sluice drop --tables, then sluice apply";

    private static final Namespace NAMESPACE = Namespace.of("_sluice");
    private static final Schema SCHEMA =
            new Schema(Types.NestedField.optional(1, "see_snapshot_summary", Types.StringType.get()));
    private static final ObjectMapper JSON = new ObjectMapper();

    private ProgressTable() {}

    /** The hash keeps apart what underscores would not. */
    static TableIdentifier identifier(Namespace bronze, String pipeline) {
        String hash = Sha256.hex(bronze + "\n" + pipeline, 4);
        return TableIdentifier.of(NAMESPACE, "progress_" + bronze + "_" + pipeline + "_" + hash);
    }

    /** Made once for each pipeline; whoever comes second takes what is there. */
    static Table create(LakeCatalog catalog, TableIdentifier identifier, String pipeline) {
        return LakeErrors.calling("creating " + identifier, () -> {
            if (!catalog.rest().namespaceExists(NAMESPACE)) {
                try {
                    catalog.rest().createNamespace(NAMESPACE, new HashMap<>());
                } catch (AlreadyExistsException e) {
                    // Another pipeline was quicker.
                }
            }
            try {
                return catalog.rest()
                        .createTable(
                                identifier,
                                SCHEMA,
                                PartitionSpec.unpartitioned(),
                                Map.of(
                                        "format-version",
                                        "2",
                                        "write.metadata.previous-versions-max",
                                        "3",
                                        "write.metadata.delete-after-commit.enabled",
                                        "true",
                                        StampProperties.PIPELINE,
                                        pipeline));
            } catch (AlreadyExistsException e) {
                return catalog.load(identifier);
            }
        });
    }

    /** Empty for a table that was only just made. */
    static Optional<ProgressRecord> read(Table table) {
        return Optional.ofNullable(table.currentSnapshot())
                .map(head -> ProgressRecord.of(head.summary(), table.name()));
    }

    /** The table with {@code record} as its head. */
    static TableUpdate next(Table table, String pipeline, ProgressRecord record) {
        Map<String, String> summary = record.toSummary(pipeline);
        return table.currentSnapshot() == null ? first(table, summary) : move(table, summary);
    }

    private static TableUpdate first(Table table, Map<String, String> summary) {
        BaseTransaction transaction = (BaseTransaction) table.newTransaction();
        AppendFiles append = transaction.newAppend();
        summary.forEach(append::set);
        append.commit();
        return new TableUpdate(transaction.startMetadata(), transaction.currentMetadata());
    }

    private static TableUpdate move(Table table, Map<String, String> summary) {
        TableMetadata base = ((HasTableOperations) table).operations().current();
        Snapshot head = base.currentSnapshot();
        ObjectNode json = JSON.createObjectNode();
        json.put("sequence-number", base.lastSequenceNumber() + 1);
        json.put("snapshot-id", ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
        json.put("parent-snapshot-id", head.snapshotId());
        json.put("timestamp-ms", Math.max(System.currentTimeMillis(), head.timestampMillis() + 1));
        ObjectNode properties = json.putObject("summary").put("operation", "append");
        summary.forEach(properties::put);
        json.put("manifest-list", head.manifestListLocation());
        json.put("schema-id", base.currentSchemaId());
        Snapshot next = SnapshotParser.fromJson(json.toString());
        List<Snapshot> before = base.snapshots();
        TableMetadata updated = TableMetadata.buildFrom(base)
                .setBranchSnapshot(next, SnapshotRef.MAIN_BRANCH)
                .removeSnapshots(before)
                .build();
        return new TableUpdate(base, updated);
    }
}
