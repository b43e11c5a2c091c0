package dev.sluice.ingest.source;

import dev.sluice.ingest.table.SourceTable;
import java.util.List;
import java.util.Optional;

/**
 * What is done at a source besides the job: before it is submitted, while it runs, and when it is over. Each call connects
 * and disconnects.
 *
 * <p>{@code name} is what the pipeline is called at the source (PostgreSQL: its slot and its publication), as the lake has it;
 * empty where the lake has none yet.
 */
public interface SourceAdministration {
    /** Host and database, for messages. */
    String target();

    /**
     * Reads the tables and checks that they, the server and the role are fit; writes nothing.
     *
     * @throws dev.sluice.spec.errors.SluiceException E0201 when the source cannot be read
     */
    SourceSurvey survey(String name);

    /**
     * What the one who applies the pipeline is to know of its source and is no error.
     *
     * @throws dev.sluice.spec.errors.SluiceException E0217 where the server does not keep to a policy of the file
     */
    List<String> remarks(List<SourceTable> tables);

    /**
     * Returns when no session of another run is left, or none that does anything.
     *
     * @param runId the other run; empty when none is known
     * @throws dev.sluice.spec.errors.SluiceException E0227 when it is alive
     */
    void awaitEndOf(String name, String runId);

    /** The source as the job reads it. */
    SourceAdapter adapter(String name, List<SourceTable> tables, LakePositions.Opener lake);

    /**
     * How the source stands to a pipeline.
     *
     * @param name empty when the lake cannot say; what can only be its own is taken for it then
     */
    SourceStatus status(String pipeline, Optional<String> name);

    /**
     * Removes what was made at the source, so that it keeps nothing for the pipeline. What is gone already is no error.
     *
     * @throws dev.sluice.spec.errors.SluiceException E0201, E0205, E0218
     */
    void remove(String name);
}
