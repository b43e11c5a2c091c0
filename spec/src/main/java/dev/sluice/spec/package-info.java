/**
 * {@code sluice.yaml} as records. Everything that a user can write is a record here; everything that can be wrong
 * with it is reported here, all at once, with line and column.
 */
@NullMarked
package dev.sluice.spec;

import org.jspecify.annotations.NullMarked;
