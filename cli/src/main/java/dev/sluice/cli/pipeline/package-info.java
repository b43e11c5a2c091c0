/** Verbs over pipelines, and what is kept of those that were applied. */
package dev.sluice.cli.pipeline;
