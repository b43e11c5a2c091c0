package dev.sluice.ingest.postgres;

import java.util.List;
import java.util.Optional;
import org.apache.flink.api.connector.source.SourceSplit;

/** What a reader is given to read. */
public sealed interface PostgresSplit extends SourceSplit {
    /** End of a chunk that has no upper bound. */
    long OPEN_END = -1;

    /**
     * A range of pages of one table, read under an exported snapshot.
     *
     * @param chunk number within the load
     * @param loadLsn identifies the load; a reader drops chunks of a load that was given up
     * @param snapshotName exported by the enumerator for as long as the load lasts
     * @param table index in the pipeline
     * @param endPage exclusive, {@link #OPEN_END} for the last chunk of a table
     * @param rowsEmitted rows that a checkpoint already covers; the order under one snapshot is stable
     */
    record LoadSplit(
            int chunk, long loadLsn, String snapshotName, int table, long firstPage, long endPage, long rowsEmitted)
            implements PostgresSplit {
        @Override
        public String splitId() {
            return "load-" + Long.toHexString(loadLsn) + "-" + chunk;
        }

        LoadSplit withRowsEmitted(long rows) {
            return new LoadSplit(chunk, loadLsn, snapshotName, table, firstPage, endPage, rows);
        }
    }

    /** Every row of a load was emitted, and the reader is to say so. */
    record AnnouncementSplit(LoadedTables load) implements PostgresSplit {
        @Override
        public String splitId() {
            return "announcement-" + Long.toHexString(load.lsn());
        }
    }

    /**
     * The change stream.
     *
     * @param position every transaction with a commit LSN up to here has been emitted; 0 for none
     * @param tableOids the tables of the pipeline, to recognise state of another set of tables
     * @param skipTo for each table, drop transactions with a commit LSN up to here: the lake or the load has them
     * @param loaded a load that is complete and must be announced in its place in the stream
     */
    record StreamSplit(long position, List<Integer> tableOids, List<Long> skipTo, Optional<LoadedTables> loaded)
            implements PostgresSplit {
        public StreamSplit {
            tableOids = List.copyOf(tableOids);
            skipTo = List.copyOf(skipTo);
        }

        @Override
        public String splitId() {
            return "stream";
        }

        /** With what is now known of the load that it has to announce, if it has one. */
        StreamSplit announcing(LoadedTables counted) {
            return new StreamSplit(position, tableOids, skipTo, loaded.map(before -> counted));
        }
    }
}
