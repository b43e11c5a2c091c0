package dev.sluice.torture.check;

import dev.sluice.spec.Lsn;
import java.time.Instant;

/**
 * A commit of the lake at which all tables were found equal to the source.
 *
 * @param sourceTime when the source committed what it ends with
 * @param lakeTime when its snapshots were made
 */
public record ExactCommit(Lsn position, Instant sourceTime, Instant lakeTime) {}
