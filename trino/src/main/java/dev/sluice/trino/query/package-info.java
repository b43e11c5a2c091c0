/** Running SQL on Trino and writing what comes back as a table, CSV or JSON, row by row. */
@NullMarked
package dev.sluice.trino.query;

import org.jspecify.annotations.NullMarked;
