/** The endpoints of the Iceberg REST specification that the catalog offers. */
package dev.sluice.catalog.rest;
