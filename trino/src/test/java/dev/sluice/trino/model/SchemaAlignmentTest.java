package dev.sluice.trino.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;

class SchemaAlignmentTest {
    private static final List<Type> TYPES = List.of(
            Types.IntegerType.get(),
            Types.LongType.get(),
            Types.StringType.get(),
            Types.DecimalType.of(12, 2),
            Types.DecimalType.of(38, 2),
            Types.TimestampType.withoutZone(),
            Types.ListType.ofOptional(900, Types.StringType.get()),
            Types.StructType.of(
                    NestedField.optional(901, "x", Types.LongType.get()),
                    NestedField.optional(902, "y", Types.StringType.get())));

    private static Schema random(Random random) {
        List<String> names = new ArrayList<>(List.of("a", "b", "c", "d", "e"));
        Collections.shuffle(names, random);
        List<NestedField> fields = new ArrayList<>();
        AtomicInteger nestedIds = new AtomicInteger(100);
        for (String name : names.subList(0, 1 + random.nextInt(names.size()))) {
            Type type = TypeUtil.assignFreshIds(TYPES.get(random.nextInt(TYPES.size())), nestedIds::incrementAndGet);
            fields.add(NestedField.optional(fields.size() + 1, name, type));
        }
        // Ids from 1, as in a table that Trino has just made.
        return TypeUtil.assignIncreasingFreshIds(new Schema(fields));
    }

    private static List<String> columns(Schema schema) {
        return schema.columns().stream()
                .map(field -> field.name() + " " + withoutIds(field.type()))
                .toList();
    }

    private static String withoutIds(Type type) {
        return type.toString().replaceAll("\\d+: ", "");
    }

    @Test
    void anIdNeverChangesItsMeaningOverAnyChainOfChanges() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (InMemoryCatalog catalog = new InMemoryCatalog()) {
            catalog.initialize("test", Map.of());
            catalog.createNamespace(Namespace.of("gold"));
            Table table = catalog.createTable(TableIdentifier.of("gold", "t"), random(random));
            Map<Integer, String> names = new HashMap<>();
            for (int i = 0; i < 200; i++) {
                Schema before = table.schema();
                Schema wanted = random(random);
                Map<String, String> docs = Map.of("a", "note " + i);
                Schema planned = SchemaAlignment.align(table.updateSchema(), before, wanted, docs)
                        .apply();
                SchemaAlignment.align(table.updateSchema(), before, wanted, docs)
                        .commit();
                table.refresh();
                Schema after = table.schema();
                assertThat(after.asStruct()).as("seed %d", seed).isEqualTo(planned.asStruct());
                assertThat(columns(after)).as("seed %d", seed).isEqualTo(columns(wanted));
                after.idToName()
                        .forEach((id, name) -> assertThat(names.merge(id, name, (old, now) -> old))
                                .as("seed %d, id %d", seed, id)
                                .isEqualTo(name));
                for (NestedField field : before.columns()) {
                    NestedField kept = after.findField(field.name());
                    if (kept != null && withoutIds(kept.type()).equals(withoutIds(field.type()))) {
                        assertThat(kept.fieldId()).as("seed %d", seed).isEqualTo(field.fieldId());
                    }
                }
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aWiderTypeKeepsItsIdAndANarrowerOneDoesNot() throws java.io.IOException {
        try (InMemoryCatalog catalog = new InMemoryCatalog()) {
            catalog.initialize("test", Map.of());
            catalog.createNamespace(Namespace.of("gold"));
            Schema narrow = new Schema(NestedField.optional(1, "a", Types.IntegerType.get()));
            Schema wide = new Schema(NestedField.optional(1, "a", Types.LongType.get()));
            Table table = catalog.createTable(TableIdentifier.of("gold", "t"), narrow);
            assertThat(SchemaAlignment.align(table.updateSchema(), narrow, wide, Map.of())
                            .apply()
                            .findField("a"))
                    .isEqualTo(wide.findField("a"));
            Table other = catalog.createTable(TableIdentifier.of("gold", "u"), wide);
            assertThat(SchemaAlignment.align(other.updateSchema(), wide, narrow, Map.of())
                            .apply()
                            .findField("a")
                            .fieldId())
                    .isEqualTo(2);
        }
    }
}
