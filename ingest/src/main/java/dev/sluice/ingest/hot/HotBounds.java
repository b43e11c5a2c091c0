package dev.sluice.ingest.hot;

/**
 * What the hot sink may take from the job that feeds the lake.
 *
 * @param memoryBytes waiting changes beyond this go to the local disk
 * @param diskBytes beyond this they are given up, and the hot tables are filled from the lake
 * @param flushMillis the longest that a checkpoint waits for ClickHouse
 */
record HotBounds(long memoryBytes, long diskBytes, long flushMillis) {
    static final HotBounds DEFAULT = new HotBounds(16L << 20, 1L << 30, 2_000);
}
