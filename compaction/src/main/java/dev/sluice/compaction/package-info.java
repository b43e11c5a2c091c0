/**
 * Upkeep: keeps the tables of the lake quick to read and small to store, beside the live pipeline, without either side
 * losing a commit.
 */
package dev.sluice.compaction;
