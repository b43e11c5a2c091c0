/** Tables as rows of PostgreSQL that name metadata files in the object store, and how both change together. */
package dev.sluice.catalog.tables;
