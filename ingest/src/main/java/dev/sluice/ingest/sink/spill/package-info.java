/** What a cut must remember and does not fit in the heap: on local disk, in files that end with the process. */
package dev.sluice.ingest.sink.spill;
