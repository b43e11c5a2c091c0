package dev.sluice.ingest.sink;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.sink.cut.CutFiles;
import java.io.IOException;
import java.util.Collection;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;

/** A {@link LakeWriter} as Flink runs it: what no restart can cure ends the job. */
final class GuardedWriter implements CommittingSinkWriter<Batch, CutFiles> {
    private final LakeWriter writer;

    GuardedWriter(LakeWriter writer) {
        this.writer = writer;
    }

    @Override
    public void write(Batch batch, Context context) throws IOException {
        JobFailures.<IOException>guard(() -> writer.write(batch, context));
    }

    @Override
    public void flush(boolean endOfInput) {
        writer.flush(endOfInput);
    }

    @Override
    public Collection<CutFiles> prepareCommit() throws IOException {
        return JobFailures.<Collection<CutFiles>, IOException>guarded(writer::prepareCommit);
    }

    @Override
    public void close() throws Exception {
        writer.close();
    }
}
