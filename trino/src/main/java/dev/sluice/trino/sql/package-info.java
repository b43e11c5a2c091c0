/** Trino's SQL as text and as a tree: parsing, the tables that a statement reads, splicing at their places, quoting. */
@NullMarked
package dev.sluice.trino.sql;

import org.jspecify.annotations.NullMarked;
