package dev.sluice.ingest.source;

import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.connector.source.SourceSplit;

/** What a reader is given to read. */
public sealed interface PipelineSplit extends SourceSplit {
    /** What the source knows the tables of a pipeline by, in their order. */
    static List<String> tableIds(SourceAdapter adapter) {
        return adapter.tables().stream().map(SourceTable::id).toList();
    }

    /**
     * A part of one table, read under a snapshot that the enumerator tells the name of.
     *
     * @param chunk number within the load
     * @param loadLsn where the table is loaded; a reader drops chunks of a load that was given up
     * @param table index in the pipeline
     * @param rowsEmitted rows of the range that a checkpoint already covers; the order under one snapshot is stable
     * @param rowsBefore rows of the chunk that lie before the range
     */
    record LoadSplit(int chunk, long loadLsn, int table, ChunkRange range, long rowsEmitted, long rowsBefore)
            implements PipelineSplit {
        @Override
        public String splitId() {
            return "load-" + Long.toHexString(loadLsn) + "-" + chunk;
        }

        /**
         * What is left when some rows more were emitted.
         *
         * @param rest not yet read completely; its beginning may be
         * @param restEmitted rows of the rest that were emitted
         * @param count how many rows were emitted just now
         */
        LoadSplit goOnWith(ChunkRange rest, long restEmitted, long count) {
            return new LoadSplit(chunk, loadLsn, table, rest, restEmitted, rows() + count - restEmitted);
        }

        long rows() {
            return rowsBefore + rowsEmitted;
        }
    }

    /** Every row of these tables was emitted, and the reader is to say so. */
    record AnnouncementSplit(LoadedTables load) implements PipelineSplit {
        @Override
        public String splitId() {
            return "announcement-" + Long.toHexString(load.lsn()) + "-" + load.tables();
        }
    }

    /** A table cannot be loaded, and the reader is to say so. */
    record StopSplit(TableStop stop) implements PipelineSplit {
        @Override
        public String splitId() {
            return "stop-" + stop.table();
        }
    }

    /**
     * The change stream.
     *
     * @param position every transaction with a commit LSN up to here has been emitted; {@link Position#ZERO} for none
     * @param tableIds the tables of the pipeline, to recognise state of another set of tables
     * @param skipTo for each table, drop transactions with a commit LSN up to here: the lake or the load has them
     * @param loaded loads that are complete and must be announced in their place in the stream, in the order of LSNs
     */
    record StreamSplit(Position position, List<String> tableIds, List<Position> skipTo, List<LoadedTables> loaded)
            implements PipelineSplit {
        public StreamSplit {
            tableIds = List.copyOf(tableIds);
            skipTo = List.copyOf(skipTo);
            loaded = loaded.stream()
                    .sorted(Comparator.comparing(LoadedTables::position))
                    .toList();
        }

        @Override
        public String splitId() {
            return "stream";
        }

        /** The same stream, behind loads that have become complete: each announced in it, or before it. */
        StreamSplit behind(List<LoadedTables> complete) {
            List<Position> skip = new ArrayList<>(skipTo);
            complete.forEach(load -> load.tables().forEach(table -> skip.set(table, load.position())));
            return new StreamSplit(
                    position,
                    tableIds,
                    skip,
                    complete.stream().filter(LoadedTables::isInTheStream).toList());
        }
    }
}
