/** The job of a pipeline in Flink while steps of its checkpoints fail. */
package dev.sluice.e2e.checkpoint;
