/** Compares every snapshot of every lake table with the oracle at the position in its stamp. */
package dev.sluice.torture.check;
