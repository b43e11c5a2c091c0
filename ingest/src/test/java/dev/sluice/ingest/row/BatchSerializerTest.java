package dev.sluice.ingest.row;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.errors.ErrorCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class BatchSerializerTest {
    private static final byte[] ROWS = {0, 1, 0, 0, 0, 2, 'a', 'b', 0, 1, -1, -1, -1, -1, 99, 99, 99};

    private static Batch copy(Batch batch) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        BatchSerializer.INSTANCE.serialize(batch, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        Batch copy = BatchSerializer.INSTANCE.deserialize(in);
        assertThat(in.available()).isZero();
        return copy;
    }

    private static ChangeRows changes(long[] commitMicros) {
        return new ChangeRows(
                3,
                -9,
                7,
                2,
                ROWS,
                new int[] {0, RowForm.NO_ROW, 55},
                new int[] {RowForm.NO_ROW, 8, 55},
                true,
                new byte[] {ChangeRows.INSERT, ChangeRows.DELETE, 0},
                new long[] {5, -9, 0},
                commitMicros);
    }

    @Test
    void changesSurviveWithoutTheUnusedEndsOfTheirArrays() throws IOException {
        assertThat(copy(changes(null)))
                .usingRecursiveComparison()
                .isEqualTo(new ChangeRows(
                        3,
                        -9,
                        7,
                        2,
                        Arrays.copyOf(ROWS, 14),
                        new int[] {0, RowForm.NO_ROW},
                        new int[] {RowForm.NO_ROW, 8},
                        true,
                        new byte[] {ChangeRows.INSERT, ChangeRows.DELETE},
                        new long[] {5, -9},
                        null));
    }

    @Test
    void theCommitTimeOfEachChangeSurvives() throws IOException {
        assertThat(((ChangeRows) copy(changes(new long[] {11, 12, 13}))).commitMicros())
                .containsExactly(11, 12);
    }

    @Test
    void aTruncateAloneSurvives() throws IOException {
        ChangeRows truncate = new ChangeRows(
                1,
                8,
                9,
                1,
                new byte[0],
                new int[] {RowForm.NO_ROW},
                new int[] {RowForm.NO_ROW},
                false,
                new byte[] {ChangeRows.TRUNCATE},
                new long[] {8},
                null);
        assertThat(copy(truncate)).usingRecursiveComparison().isEqualTo(truncate);
    }

    @Test
    void loadsSurvive() throws IOException {
        assertThat(copy(new LoadRows(1, 10, 2, ROWS, new int[] {0, 8, 55})))
                .usingRecursiveComparison()
                .isEqualTo(new LoadRows(1, 10, 2, Arrays.copyOf(ROWS, 14), new int[] {0, 8}));
    }

    @Test
    void signsSurvive() throws IOException {
        for (Batch sign : List.of(
                new Batch.ChunkEnd(2, -5),
                new Batch.Start(new long[] {7, Batch.Start.NOT_STREAMED}),
                new Batch.Progress(8, 9),
                new Batch.Progress(8, 9, "3E11FA47-71CA-11E1:1-5"),
                new Batch.Loaded(8, 9, new int[] {4, 5}, new long[] {6, 7}),
                new Batch.Loaded(8, 9, new int[] {4}, new long[0]),
                new Batch.Loaded(8, 9, new int[] {4}, new long[0], "\u00e4".repeat(70_000)),
                new Batch.Stop(new TableStop(3, ErrorCode.E0401, "what", "how")),
                new Batch.Open(17))) {
            assertThat(copy(sign)).usingRecursiveComparison().isEqualTo(sign);
        }
    }
}
