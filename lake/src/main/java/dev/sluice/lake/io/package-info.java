/** How this process reads and writes the files of the lake. */
@NullMarked
package dev.sluice.lake.io;

import org.jspecify.annotations.NullMarked;
