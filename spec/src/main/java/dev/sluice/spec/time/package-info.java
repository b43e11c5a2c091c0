/** Waiting and trying again, by a clock that is handed in. */
@NullMarked
package dev.sluice.spec.time;

import org.jspecify.annotations.NullMarked;
