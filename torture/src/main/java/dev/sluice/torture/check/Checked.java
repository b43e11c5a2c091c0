package dev.sluice.torture.check;

import dev.sluice.lake.Stamp;
import dev.sluice.spec.Lsn;

/**
 * A snapshot that was looked at.
 *
 * @param foreign it is not of the pipeline: then it has the position of the one before, and its rows are not compared
 * @param rows what it holds; null for a foreign one, and one that could not be read
 */
record Checked(long snapshot, long parent, Lsn position, Stamp.Kind kind, boolean foreign, SnapshotRows rows) {}
