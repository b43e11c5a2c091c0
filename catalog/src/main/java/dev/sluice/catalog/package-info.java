/** The Iceberg REST catalog: Iceberg's handlers over PostgreSQL, with commits of several tables in one SQL transaction. */
package dev.sluice.catalog;
