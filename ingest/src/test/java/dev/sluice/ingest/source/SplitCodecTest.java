package dev.sluice.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.source.PipelineSplit.AnnouncementSplit;
import dev.sluice.ingest.source.PipelineSplit.LoadSplit;
import dev.sluice.ingest.source.PipelineSplit.StopSplit;
import dev.sluice.ingest.source.PipelineSplit.StreamSplit;
import dev.sluice.ingest.source.postgres.load.TableRange;
import dev.sluice.ingest.source.postgres.load.TableRange.KeyRange;
import dev.sluice.ingest.source.postgres.load.TableRange.PageRange;
import dev.sluice.ingest.source.postgres.load.TableRangeCodec;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.junit.jupiter.api.Test;

class SplitCodecTest {
    private static final LoadedTables LOADED = new LoadedTables(
            new Position(77, "uuid:1-5"), 88, List.of(0, 2), List.of(5L, 6L), LoadedTables.Place.WITH_ITS_TRUNCATE);

    private static <T> void survives(SimpleVersionedSerializer<T> codec, T value) throws IOException {
        byte[] bytes = codec.serialize(value);
        assertThat(codec.deserialize(codec.getVersion(), bytes)).isEqualTo(value);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> codec.deserialize(codec.getVersion(), cut))
                    .isInstanceOfAny(IOException.class, IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> codec.deserialize(99, bytes)).isInstanceOf(IOException.class);
    }

    @Test
    void splitsSurvive() throws IOException {
        survives(
                SplitCodec.splits(TableRangeCodec.INSTANCE),
                new LoadSplit(3, -5, 2, new PageRange(10, TableRange.OPEN_END), 12, 0));
        survives(
                SplitCodec.splits(TableRangeCodec.INSTANCE),
                new LoadSplit(3, -5, 2, new KeyRange(List.of("'\u00e4'", "7"), 9), 12, 4));
        survives(
                SplitCodec.splits(TableRangeCodec.INSTANCE),
                new StopSplit(new TableStop(1, ErrorCode.E0303, "why", "what to do")));
        survives(
                SplitCodec.splits(TableRangeCodec.INSTANCE),
                new StreamSplit(
                        Position.of(9, ""),
                        List.of("1", "public.\u00e4"),
                        List.of(Position.of(3, ""), new Position(-4, "step 4")),
                        List.of(LOADED)));
        survives(
                SplitCodec.splits(TableRangeCodec.INSTANCE),
                new StreamSplit(Position.ZERO, List.of(), List.of(), List.of()));
        survives(SplitCodec.splits(TableRangeCodec.INSTANCE), new AnnouncementSplit(LOADED));
    }

    @Test
    void enumeratorStateSurvives() throws IOException {
        for (EnumeratorState.Phase phase : EnumeratorState.Phase.values()) {
            survives(SplitCodec.enumerator(), new EnumeratorState(phase, List.of("4", "5"), List.of(LOADED)));
            survives(SplitCodec.enumerator(), new EnumeratorState(phase, List.of(), List.of()));
        }
    }
}
