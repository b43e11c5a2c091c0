package dev.sluice.ingest.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.errors.ErrorCode;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class RowBatchSerializerTest {
    private static final byte[] ROWS = {0, 1, 0, 0, 0, 2, 'a', 'b', 0, 1, -1, -1, -1, -1, 99, 99, 99};

    private static RowBatch copy(RowBatch batch) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        RowBatchSerializer.INSTANCE.serialize(batch, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        RowBatch copy = RowBatchSerializer.INSTANCE.deserialize(in);
        assertThat(in.available()).isZero();
        assertThat(copy.kind).isEqualTo(batch.kind);
        assertThat(copy.table).isEqualTo(batch.table);
        assertThat(copy.lsn).isEqualTo(batch.lsn);
        assertThat(copy.commitTimeMicros).isEqualTo(batch.commitTimeMicros);
        assertThat(copy.count).isEqualTo(batch.count);
        assertThat(copy.oldRowsAreFull).isEqualTo(batch.oldRowsAreFull);
        assertThat(copy.loadedTables).isEqualTo(batch.loadedTables);
        return copy;
    }

    @Test
    void changesSurviveWithoutTheUnusedEndsOfTheirArrays() throws IOException {
        RowBatch copy = copy(RowBatch.changes(
                3,
                -9,
                7,
                2,
                ROWS,
                new int[] {0, RowBatch.NONE, 55},
                new int[] {RowBatch.NONE, 8, 55},
                true,
                new byte[] {RowBatch.INSERT, RowBatch.DELETE, 0},
                new long[] {5, -9, 0}));
        assertThat(copy.bytes).isEqualTo(Arrays.copyOf(ROWS, 14));
        assertThat(copy.newOffsets).containsExactly(0, RowBatch.NONE);
        assertThat(copy.oldOffsets).containsExactly(RowBatch.NONE, 8);
        assertThat(copy.operations).containsExactly(RowBatch.INSERT, RowBatch.DELETE);
        assertThat(copy.lsns).containsExactly(5, -9);
    }

    @Test
    void loadsSurvive() throws IOException {
        RowBatch copy = copy(RowBatch.load(1, 10, 2, ROWS, new int[] {0, 8}));
        assertThat(copy.bytes).isEqualTo(Arrays.copyOf(ROWS, 14));
        assertThat(copy.newOffsets).containsExactly(0, 8);
        assertThat(copy.oldOffsets).isNull();
        assertThat(copy.lsns).isNull();
    }

    @Test
    void signsSurvive() throws IOException {
        assertThat(copy(RowBatch.progress(8, 9)).lsns).isNull();
        assertThat(copy(RowBatch.loaded(8, 9, new int[] {4, 5}, new long[] {6, 7})).lsns)
                .containsExactly(6, 7);
        TableStop stop = new TableStop(3, ErrorCode.E0401, "what", "how");
        assertThat(copy(RowBatch.stop(stop)).stop).isEqualTo(stop);
    }
}
