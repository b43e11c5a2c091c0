package dev.sluice.compaction.rewrite;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.util.StructLikeMap;
import org.apache.iceberg.util.StructProjection;

/**
 * Some keys of equality deletes: for each the newest sequence number that deletes it. A row of an older data file with
 * that key is dead. Whoever fills it looks at {@link #bytes} and empties it in time. Not thread-safe while it is filled.
 */
final class DeletedKeys {
    /** Objects and table slots of one key beside its values, as measured with a key of one long. */
    private static final long BYTES_PER_KEY = 200;

    private final Map<Set<Integer>, StructLikeMap<Long>> newestByFields = new LinkedHashMap<>();
    private final Table table;
    private long bytes;

    DeletedKeys(Table table) {
        this.table = table;
    }

    /** @param key stays as it is from now on */
    void add(Set<Integer> fields, StructLike key, long sequenceNumber) {
        newestByFields
                .computeIfAbsent(
                        fields, ids -> StructLikeMap.create(keySchema(ids).asStruct()))
                .merge(key, sequenceNumber, Math::max);
        bytes += BYTES_PER_KEY;
        for (int i = 0; i < key.size(); i++) {
            Object value = key.get(i, Object.class);
            if (value instanceof CharSequence text) {
                bytes += 2L * text.length();
            } else if (value instanceof ByteBuffer binary) {
                bytes += binary.remaining();
            }
        }
    }

    /** About what is held in memory. */
    long bytes() {
        return bytes;
    }

    void clear() {
        newestByFields.clear();
        bytes = 0;
    }

    /** The columns that decide whether a row is dead. */
    Schema columns() {
        Set<Integer> all = new java.util.LinkedHashSet<>();
        newestByFields.keySet().forEach(all::addAll);
        return keySchema(all);
    }

    private Schema keySchema(Set<Integer> fields) {
        return TypeUtil.selectInIdOrder(table.schema(), fields);
    }

    /** Whether a row still lives that was written at a sequence number. For one thread. */
    Predicate<Record> survivors(Schema rowSchema, long dataSequenceNumber) {
        InternalRecordWrapper internal = new InternalRecordWrapper(rowSchema.asStruct());
        List<Predicate<StructLike>> dead = new ArrayList<>();
        newestByFields.forEach((fields, newest) -> {
            StructProjection key = StructProjection.create(rowSchema, keySchema(fields));
            dead.add(row -> {
                Long deletedAt = newest.get(key.wrap(row));
                return deletedAt != null && deletedAt > dataSequenceNumber;
            });
        });
        return row -> {
            StructLike wrapped = internal.wrap(row);
            return dead.stream().noneMatch(test -> test.test(wrapped));
        };
    }
}
