/** {@code catalog.yaml} as records. */
package dev.sluice.catalog.config;
