package dev.sluice.ingest.source;

import dev.sluice.lake.Position;
import java.util.Optional;

/**
 * What a source knows of a pipeline.
 *
 * @param at where it is now
 * @param reader {@code active}, {@code inactive}, {@code missing} or {@code unknown}, or what is worse
 * @param retainedBytes what is kept for the pipeline
 * @param problem what is wrong with a pipeline that streams
 * @param problemOfLoad what is wrong with one that loads, when the stream is read by nobody
 * @param warning what is told of any pipeline, also of one that was stopped
 */
public record SourceStatus(
        Optional<Position> at,
        String reader,
        Optional<Long> retainedBytes,
        Optional<String> problem,
        Optional<String> problemOfLoad,
        Optional<String> warning) {
    /** Of a source that does not answer. */
    public static final SourceStatus UNKNOWN = new SourceStatus(
            Optional.empty(), "unknown", Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
