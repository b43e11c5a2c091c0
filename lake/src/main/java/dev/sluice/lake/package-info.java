/** The lake: stamps, the atomic commit of all tables of a cut, and looking things up as of an LSN, a time or a tag. */
@NullMarked
package dev.sluice.lake;

import org.jspecify.annotations.NullMarked;
