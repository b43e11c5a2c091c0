/** What the source does meanwhile: transactions drawn from a seed, over tables whose invariants are known. */
package dev.sluice.torture.workload;
