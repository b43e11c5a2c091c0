/** Running SQL on Trino and writing what comes back as a table, CSV or JSON, row by row. */
package dev.sluice.trino.query;
