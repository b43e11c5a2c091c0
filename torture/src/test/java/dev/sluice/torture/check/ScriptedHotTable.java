package dev.sluice.torture.check;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A hot table of the checking accounts that holds the rows of a {@link ScriptedSource} after a transaction, or others. */
final class ScriptedHotTable implements HotRows {
    private final ScriptedSource source;
    private Optional<Reading> next = Optional.empty();

    ScriptedHotTable(ScriptedSource source) {
        this.source = source;
    }

    @Override
    public String table() {
        return ScriptedSource.CHECKING;
    }

    @Override
    public Optional<Reading> read() {
        Optional<Reading> now = next;
        next = Optional.empty();
        return now;
    }

    /** Rows of one transaction, at the position of the same or of another one. */
    List<byte[][]> shows(int transaction, int at) {
        List<byte[][]> rows = new ArrayList<>();
        source.rows(ScriptedSource.CHECKING, transaction)
                .values()
                .forEach(row -> rows.add(row.stream()
                        .map(value -> value.toString().getBytes(StandardCharsets.UTF_8))
                        .toArray(byte[][]::new)));
        next = Optional.of(new Reading(ScriptedSource.position(at), rows));
        return rows;
    }
}
