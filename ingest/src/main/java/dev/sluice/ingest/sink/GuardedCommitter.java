package dev.sluice.ingest.sink;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.sink.cut.CutFiles;
import java.util.Collection;
import org.apache.flink.api.connector.sink2.Committer;

/** A {@link CutCommitter} as Flink runs it: what no restart can cure ends the job. */
final class GuardedCommitter implements Committer<CutFiles> {
    private final CutCommitter committer;

    GuardedCommitter(CutCommitter committer) {
        this.committer = committer;
    }

    @Override
    public void commit(Collection<CommitRequest<CutFiles>> requests) {
        JobFailures.guard(() -> committer.commit(requests));
    }

    @Override
    public void close() {
        committer.close();
    }
}
