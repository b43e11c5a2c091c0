/**
 * Watches who is followed: server, slot, publication, and what each table was when it was loaded. The change stream
 * shows none of this, so a lake would go on saying "equal" while it is not.
 */
package dev.sluice.ingest.source.postgres.watch;
