/** What the source was at each position: read by {@code test_decoding} from a slot of its own, kept as rows and sums. */
package dev.sluice.torture.oracle;
