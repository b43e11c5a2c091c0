/** Reading the lake as it was at a position of the source: an LSN, a time, or a tag. */
@NullMarked
package dev.sluice.trino.asof;

import org.jspecify.annotations.NullMarked;
