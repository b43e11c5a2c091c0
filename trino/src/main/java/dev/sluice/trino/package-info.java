@NullMarked
package dev.sluice.trino;

import org.jspecify.annotations.NullMarked;
