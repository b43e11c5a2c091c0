package dev.sluice.ingest.table;

import dev.sluice.spec.errors.ErrorCode;
import java.io.Serializable;

/**
 * One table of a pipeline must not go on; the others do. It stays in the lake at its last good position, and the reason
 * is recorded there. Made by the source, a writer or the committer; takes effect with the cut that brings it.
 *
 * @param table index into the tables of the pipeline
 * @param reason what happened and why; never a secret or the value of a row
 * @param fix what to do, a command where possible
 */
public record TableStop(int table, ErrorCode code, String reason, String fix) implements Serializable {}
