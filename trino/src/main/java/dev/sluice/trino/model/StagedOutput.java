package dev.sluice.trino.model;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.spec.sql.TrinoSql;
import dev.sluice.trino.query.TrinoQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;

/**
 * The rows of one model, written by Trino to a table of its own that nobody else reads. Its files lie below the location
 * of the model's table: when that table adopts them, they are where its own upkeep looks after them.
 *
 * @param identifier the staging table
 * @param home location of the model's table, there already or to be
 * @param from what to put behind FROM to read it
 * @param columns the columns of the query as Trino made them
 * @param written the columns with the field ids that the files carry
 */
record StagedOutput(
        TableIdentifier identifier, String home, String from, Schema columns, Schema written, List<DataFile> files) {
    /** Namespace of the staging tables; upkeep must leave it alone, as their files belong to other tables in the end. */
    static final Namespace NAMESPACE = Namespace.of("_sluice_staging");

    StagedOutput {
        files = List.copyOf(files);
    }

    long rows() {
        return files.stream().mapToLong(DataFile::recordCount).sum();
    }

    /**
     * Runs the query and keeps its rows.
     *
     * @param name of the staging table, never used before
     * @param home location of the model's table
     * @param run names the folder below it that takes the files; never used before
     * @param target the model's table, when it is there already: its field ids are used
     */
    static StagedOutput write(
            Engine engine,
            String name,
            String home,
            String run,
            String query,
            Optional<Table> target,
            Map<String, String> columnDocs) {
        TableIdentifier identifier = TableIdentifier.of(NAMESPACE, name);
        String from = TrinoSql.qualified(engine.trinoCatalog(), NAMESPACE.level(0), name);
        String create = """
                CREATE TABLE %s WITH (location = %s, format = 'PARQUET') AS (
                %s
                ) WITH %sDATA""";
        String into = TrinoSql.literal(home + "/run-" + run);
        if (target.isEmpty()) {
            engine.trino().execute(create.formatted(from, into, query, ""));
            Table filled = engine.catalog().load(identifier);
            return new StagedOutput(identifier, home, from, filled.schema(), filled.schema(), files(filled));
        }
        // First the columns only: a table of the query's own making numbers its fields from 1, and the files must carry
        // the ids that the model's table knows.
        engine.trino().execute(create.formatted(from, into, query, "NO "));
        Table staging = engine.catalog().load(identifier);
        Schema columns = staging.schema();
        Schema aligned = SchemaAlignment.align(
                        target.get().updateSchema(), target.get().schema(), columns, columnDocs)
                .apply();
        adoptIds(staging, aligned);
        engine.trino().execute("INSERT INTO " + from + "\n" + query);
        Table filled = engine.catalog().load(identifier);
        return new StagedOutput(identifier, home, from, columns, filled.schema(), files(filled));
    }

    private static void adoptIds(Table staging, Schema aligned) {
        if (aligned.sameSchema(staging.schema())) {
            return;
        }
        TableOperations operations = ((HasTableOperations) staging).operations();
        TableMetadata base = operations.current();
        LakeErrors.calling("preparing " + staging.name(), () -> {
            operations.commit(base, base.updateSchema(aligned));
            return null;
        });
    }

    private static List<DataFile> files(Table staging) {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                staging.newScan().includeColumnStats().planFiles()) {
            tasks.forEach(task -> files.add(task.file().copy()));
        } catch (IOException e) {
            throw new UncheckedIOException("reading the manifests of " + staging.name(), e);
        }
        return files;
    }

    /** Where tables are made and committed. */
    record Engine(LakeCatalog catalog, TrinoQuery trino, String trinoCatalog) {

        /** The columns of a table that is made from staged ones, with descriptions. */
        static Schema described(Schema columns, Map<String, String> docs) {
            List<Types.NestedField> fields = new ArrayList<>();
            for (Types.NestedField field : columns.columns()) {
                fields.add(Types.NestedField.from(field)
                        .withDoc(docs.get(field.name()))
                        .build());
            }
            return new Schema(fields);
        }
    }
}
