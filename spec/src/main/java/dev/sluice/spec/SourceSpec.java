package dev.sluice.spec;

import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import java.io.Serializable;
import java.util.List;

/** Where the tables of a pipeline come from. Each kind has a package in the job ({@code ingest.source}) and in {@code verify}. */
public sealed interface SourceSpec extends Serializable permits PostgresSourceSpec {
    /** The tables, in the order of the file. */
    List<TableSpec> tables();

    /** The name of the database, as users know it. */
    String database();
}
