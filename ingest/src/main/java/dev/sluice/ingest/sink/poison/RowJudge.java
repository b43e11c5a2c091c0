package dev.sluice.ingest.sink.poison;

import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.sink.column.ColumnFit;
import dev.sluice.ingest.sink.column.ColumnFits;
import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.PoisonPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at a row before anything of it is written, and says what becomes of it. Rows are those of the lake: the source's
 * columns, then companions ({@link SpecialColumns}). Owned by one writer; only columns whose type can hold more in
 * PostgreSQL than in the lake cost anything.
 */
public final class RowJudge {
    private final SourceTable source;
    private final Looked[] looked;
    private int misfitColumn;
    private String misfit;

    /** What becomes of a row. */
    public enum Verdict {
        /** It can be written; values of policy text have moved to their companions. */
        FITS,
        /** It is a dead letter. */
        QUARANTINE,
        /** Its table must not go on. */
        STOP
    }

    /** A column that may not fit. */
    private record Looked(int column, int companion, ColumnType type, ColumnFit fit, PoisonPolicy policy) {}

    /**
     * @param shape the table with its companions
     * @param policies of the columns of the source, which come first
     */
    public RowJudge(SourceTable shape, List<PoisonPolicy> policies) {
        this.source = shape;
        int[] companions = SpecialColumns.companions(shape, policies.size());
        List<Looked> found = new ArrayList<>();
        for (int i = 0; i < policies.size(); i++) {
            ColumnType type = shape.columns().get(i).type();
            if (ColumnFits.mayMisfit(type)) {
                // Without its companion there is no place for the text.
                PoisonPolicy policy =
                        policies.get(i) == PoisonPolicy.TEXT && companions[i] < 0 ? PoisonPolicy.STOP : policies.get(i);
                found.add(new Looked(i, companions[i], type, ColumnFits.of(type), policy));
            }
        }
        this.looked = found.toArray(Looked[]::new);
    }

    /** Judges a row; values that it lacks are not looked at, and neither are their companions. */
    public Verdict judge(RowCursor row) {
        Verdict verdict = Verdict.FITS;
        boolean hasText = false;
        for (Looked column : looked) {
            int length = row.length(column.column);
            if (length == RowForm.UNCHANGED && column.companion >= 0) {
                row.set(column.companion, null, 0, RowForm.UNCHANGED);
            }
            if (length < 0) {
                continue;
            }
            String found = column.fit.misfit(row.bytes(column.column), row.offset(column.column), length);
            if (found == null) {
                continue;
            }
            PoisonPolicy policy = ColumnFits.isMalformed(found) ? PoisonPolicy.STOP : column.policy;
            if (policy == PoisonPolicy.TEXT) {
                hasText = true;
            } else if (verdict != Verdict.STOP) {
                verdict = policy == PoisonPolicy.STOP ? Verdict.STOP : Verdict.QUARANTINE;
                misfitColumn = column.column;
                misfit = found;
            }
        }
        if (verdict == Verdict.FITS && hasText) {
            moveTexts(row);
        }
        return verdict;
    }

    private void moveTexts(RowCursor row) {
        for (Looked column : looked) {
            int length = row.length(column.column);
            if (length < 0 || column.policy != PoisonPolicy.TEXT) {
                continue;
            }
            byte[] bytes = row.bytes(column.column);
            int offset = row.offset(column.column);
            if (column.fit.misfit(bytes, offset, length) != null) {
                byte[] text =
                        PostgresText.of(column.type, bytes, offset, length).getBytes(StandardCharsets.UTF_8);
                row.set(column.companion, text, 0, text.length);
                row.set(column.column, null, 0, RowForm.NULL);
            }
        }
    }

    /** The column that the last verdict other than {@link Verdict#FITS} is about. */
    public String column() {
        return source.columns().get(misfitColumn).name();
    }

    /** The kind of its value, never the value. */
    public String valueClass() {
        return misfit;
    }

    /** The last verdict other than {@link Verdict#FITS} in words. */
    public String reason() {
        return "column " + source.schema() + "." + source.name() + "." + column() + " holds " + valueClass()
                + ", which its lake type cannot hold";
    }
}
