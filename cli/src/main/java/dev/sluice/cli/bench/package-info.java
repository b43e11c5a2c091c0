/**
 * {@code sluice bench}: what a pipeline does beside the limit of its source, measured in one run and told as a ratio. Each
 * bench compares lake and source before it tells a rate.
 */
package dev.sluice.cli.bench;
