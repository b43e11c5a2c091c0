package dev.sluice.ingest.sink.poison;

import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.table.SourceTable;

/**
 * A row that its table in the lake cannot hold. It stands for the row of its key: the lake has none while this is there.
 *
 * @param table name of the lake's table
 * @param key the key columns as a JSON object; identifies the row within its table
 * @param column the first column whose value does not fit
 * @param reason what kind of value it is, never the value
 * @param payload the whole row as a JSON object of PostgreSQL's texts
 * @param row the whole row in the binary form of COPY: the source's columns, then companions
 */
public record DeadLetter(String table, String key, String column, String reason, String payload, byte[] row) {

    /** Of a row that {@code judge} has just refused. */
    public static DeadLetter of(SourceTable shape, RowCursor row, RowJudge judge) {
        return new DeadLetter(
                shape.name(),
                RowJson.key(shape, row),
                judge.column(),
                judge.valueClass(),
                RowJson.row(shape, row),
                row.toRow());
    }
}
