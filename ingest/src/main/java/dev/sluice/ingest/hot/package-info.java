/**
 * The hot store: batches straight into ClickHouse's RowBinary, one versioned row per change. What arrives twice counts
 * once, so neither a restart nor a repeated insert does harm.
 */
package dev.sluice.ingest.hot;
