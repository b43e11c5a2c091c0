/** The PostgreSQL source: loads tables by COPY under one exported snapshot, then streams whole transactions from pgoutput. */
package dev.sluice.ingest.source.postgres;
