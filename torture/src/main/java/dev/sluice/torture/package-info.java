/**
 * {@code sluice torture}: a pipeline of its own is broken in every way that {@link dev.sluice.torture.fault} knows, while
 * {@link dev.sluice.torture.check} compares each snapshot of each table with what {@link dev.sluice.torture.oracle} has read
 * from the source by itself.
 */
package dev.sluice.torture;
