/**
 * SQL models: files of silver and gold tables, the order in which they depend on each other, and runs that make all of
 * them from one LSN and publish them in one commit.
 */
@NullMarked
package dev.sluice.trino.model;

import org.jspecify.annotations.NullMarked;
