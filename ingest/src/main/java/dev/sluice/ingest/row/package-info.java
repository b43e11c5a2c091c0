/** The row form and the batches that flow from a source to the sinks: ours, whatever the source. */
@NullMarked
package dev.sluice.ingest.row;

import org.jspecify.annotations.NullMarked;
