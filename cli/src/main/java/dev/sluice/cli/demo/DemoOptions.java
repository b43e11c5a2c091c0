package dev.sluice.cli.demo;

/**
 * What the user asked for.
 *
 * @param rows rows of all eight source tables together
 * @param ordersPerSecond rate of the live traffic
 * @param once stop everything at the end
 * @param fresh throw away the state of an earlier demo
 */
public record DemoOptions(long rows, double ordersPerSecond, long seed, boolean once, boolean fresh) {}
