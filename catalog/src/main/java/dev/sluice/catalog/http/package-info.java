/** HTTP around the catalog: routing, authentication, bodies, errors as Iceberg's clients expect them. */
package dev.sluice.catalog.http;
