package dev.sluice.ingest.postgres;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.BatchTypeInfo;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Tables of one PostgreSQL database: a load of those that the lake does not have, then the change stream of all, without
 * end. Assumes that the tables were checked by {@code SourceCatalogue}.
 */
public final class PostgresSource implements Source<Batch, PostgresSplit, EnumeratorState>, ResultTypeQueryable<Batch> {
    private static final long serialVersionUID = 1L;

    private final SourceSettings settings;

    public PostgresSource(SourceSettings settings) {
        this.settings = settings;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SplitEnumerator<PostgresSplit, EnumeratorState> createEnumerator(
            SplitEnumeratorContext<PostgresSplit> context) {
        return new PostgresEnumerator(settings, context, null);
    }

    @Override
    public SplitEnumerator<PostgresSplit, EnumeratorState> restoreEnumerator(
            SplitEnumeratorContext<PostgresSplit> context, EnumeratorState state) {
        checkSameTables(state.tableOids(), settings);
        return new PostgresEnumerator(settings, context, state);
    }

    @Override
    public SourceReader<Batch, PostgresSplit> createReader(SourceReaderContext context) {
        return new PostgresReader(settings, context);
    }

    @Override
    public SimpleVersionedSerializer<PostgresSplit> getSplitSerializer() {
        return SplitCodec.splits();
    }

    @Override
    public SimpleVersionedSerializer<EnumeratorState> getEnumeratorCheckpointSerializer() {
        return SplitCodec.enumerator();
    }

    @Override
    public TypeInformation<Batch> getProducedType() {
        return BatchTypeInfo.INSTANCE;
    }

    static void checkSameTables(List<Integer> oids, SourceSettings settings) {
        if (!oids.equals(settings.tableOids())) {
            throw new SluiceException(
                    ErrorCode.E0103,
                    "the saved state of the job belongs to another set of tables",
                    "start the pipeline without it: the lake knows where it stands");
        }
    }
}
