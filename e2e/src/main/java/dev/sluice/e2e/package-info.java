/** Generators of the demo scenarios ({@code shop}) and the checker behind {@code sluice verify} ({@code verify}). */
package dev.sluice.e2e;
