package dev.sluice.ingest.source.postgres.watch;

import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.SluiceException;
import java.util.List;

/** What a look at the source found. */
public sealed interface Look {
    /** Where the source's WAL ended when it was looked at: the finding holds for everything committed up to here. */
    Lsn at();

    /** Everything is what it was. */
    record Intact(Lsn at) implements Look {}

    /** These tables are not what they were; the others are. */
    record TablesDiffer(Lsn at, List<TableStop> stops) implements Look {
        public TablesDiffer {
            stops = List.copyOf(stops);
        }
    }

    /** No table may go on. */
    record PipelineDiffers(Lsn at, SluiceException difference) implements Look {}

    /** The tables that may not go on; throws what concerns all of them. */
    default List<TableStop> stopsOrThrow() {
        if (this instanceof PipelineDiffers all) {
            throw all.difference();
        }
        return this instanceof TablesDiffer some ? some.stops() : List.of();
    }
}
