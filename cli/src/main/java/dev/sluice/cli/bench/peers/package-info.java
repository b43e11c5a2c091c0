/**
 * {@code sluice bench peers}: the same things done to two ways from PostgreSQL into Iceberg, Sluice and the stock path, and
 * the rows counted that each has lost, doubled or got wrong. Both are told to do what their documentation recommends, run
 * as real processes beside the same source, catalog and store, and are read by the same reader.
 */
package dev.sluice.cli.bench.peers;
