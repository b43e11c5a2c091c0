/** The end of a pipeline: source, hot store and lake as if it had never been. */
package dev.sluice.ingest.removal;
