/**
 * Load, then stream, then acknowledge: the machine that all sources share. A source brings a {@link
 * dev.sluice.ingest.source.SourceAdapter}.
 *
 * <p>{@link dev.sluice.ingest.source.LoadThenStreamEnumerator} finds out what the lake has ({@code LakeKnowledge}), looks at
 * the source, has what is missing loaded in chunks, and hands the stream to one reader when every row of the load is in
 * checkpoints. {@link dev.sluice.ingest.source.LoadThenStreamReader} emits chunks ({@code LoadEmitter}), then the stream
 * ({@code StreamEmitter}). {@code Acknowledger} tells the source what the lake has on record, and looks at it at intervals;
 * {@link dev.sluice.ingest.source.CommitWatch} looks before every commit.
 */
package dev.sluice.ingest.source;
