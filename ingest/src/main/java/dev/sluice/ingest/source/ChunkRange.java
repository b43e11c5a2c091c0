package dev.sluice.ingest.source;

/** Which rows of a table a chunk has. What that means only its source knows, which also writes it down: {@link RangeCodec}. */
public interface ChunkRange {}
