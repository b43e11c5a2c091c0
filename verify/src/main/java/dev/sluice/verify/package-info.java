/**
 * The checker behind {@code sluice verify}: compares lake and source, all rows, at one LSN, while both keep moving. It
 * shares no code with the job that it checks: its own decoder of the stream, the reference reader of Iceberg, its own
 * rendering of values.
 */
@NullMarked
package dev.sluice.verify;

import org.jspecify.annotations.NullMarked;
