package dev.sluice.ingest.source;

import dev.sluice.ingest.row.Batch;
import dev.sluice.lake.Position;
import java.util.List;

/**
 * What the stream hands over at once.
 *
 * @param atBoundary whether a transaction ends with it; if not, the slices up to the next boundary belong together
 * @param position every transaction with a commit LSN up to here has been handed over; only at a boundary
 */
public record StreamSlice(List<Batch> batches, boolean atBoundary, Position position) {}
