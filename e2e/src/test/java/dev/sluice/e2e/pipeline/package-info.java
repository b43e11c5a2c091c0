/** Pipelines on the shared stack. */
package dev.sluice.e2e.pipeline;
