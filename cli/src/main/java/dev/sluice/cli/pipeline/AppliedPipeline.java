package dev.sluice.cli.pipeline;

/**
 * What is remembered of a pipeline that was applied, beside its resolved spec.
 *
 * @param jobId the Flink job that was submitted last, 32 hexadecimal digits
 * @param file the sluice.yaml that it came from, absolute
 * @param stopped whether it was stopped on purpose: then nothing starts it by itself
 * @param problem why the last attempt to start its job failed; null when it did not
 */
public record AppliedPipeline(String jobId, String file, boolean stopped, String problem) {
    public AppliedPipeline(String jobId, String file, boolean stopped) {
        this(jobId, file, stopped, null);
    }

    AppliedPipeline failed(String reason) {
        return new AppliedPipeline(jobId, file, stopped, reason);
    }
}
