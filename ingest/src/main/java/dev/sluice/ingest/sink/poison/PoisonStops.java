package dev.sluice.ingest.sink.poison;

import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;

/** Why a table stops for its values. Names, kinds and positions only: a value or a key may be a secret. */
public final class PoisonStops {
    /** Open dead letters of one table; more are no accident, and the committer remembers the key of each. */
    public static final int LETTERS_MAX = 100_000;

    private PoisonStops() {}

    /** @param where " in the change at commit X/Y" or the like */
    public static TableStop misfit(int table, SourceTable source, RowJudge judge, String where) {
        boolean isKey = source.keyColumns().stream()
                .anyMatch(key -> source.columns().get(key).name().equals(judge.column()));
        String keep = isKey
                ? "change the value at the source: it is part of the key"
                : "give column " + judge.column()
                        + " poison: quarantine or poison: text in sluice.yaml, or exclude it"
                        + " there, or change the value at the source";
        return new TableStop(
                table, ErrorCode.E0401, judge.reason() + where, keep + "; then " + Remedy.resync(source.name()));
    }

    public static TableStop tooMany(int table, SourceTable source) {
        return new TableStop(
                table,
                ErrorCode.E0403,
                "table " + source.schema() + "." + source.name() + " has more than " + LETTERS_MAX
                        + " rows that its lake types cannot hold",
                "give the columns poison: text in sluice.yaml, or exclude them there; then "
                        + Remedy.resync(source.name()));
    }
}
