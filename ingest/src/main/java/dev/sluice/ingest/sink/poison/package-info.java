/** Values that have no place in the lake: what becomes of their rows, and where those rows are kept. */
package dev.sluice.ingest.sink.poison;
