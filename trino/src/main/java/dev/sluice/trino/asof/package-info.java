/** Reading the lake as it was at a position of the source: an LSN, a time, or a tag. */
package dev.sluice.trino.asof;
