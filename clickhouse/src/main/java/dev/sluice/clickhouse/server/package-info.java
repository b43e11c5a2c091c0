/**
 * The real ClickHouse engine (libchdb) in a process of its own, behind ClickHouse's HTTP interface. It is the hot store of
 * the local stack; elsewhere the official server takes its place and nothing else changes.
 */
package dev.sluice.clickhouse.server;
