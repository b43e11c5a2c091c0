package dev.sluice.catalog.tables;

import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * One table's step from a metadata file to the next.
 *
 * @param from the file that the table must be at; empty when the table must not exist
 * @param to the file that it goes to; the same as {@code from} only checks
 */
record RowChange(TableIdentifier table, Optional<String> from, String to) {}
