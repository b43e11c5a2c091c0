package dev.sluice.ingest.hot;

import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.sql.ClickHouseSql;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tells readers which source state the hot tables reflect: a row per table in {@code _sluice_progress}, all in one
 * insert, written after the rows that it speaks of. A table that is not {@code live} still says up to where it was. Not
 * thread-safe.
 */
final class HotProgress {
    static final String TABLE = "_sluice_progress";
    /** Asks for a table to be filled anew; see {@link HotRebuild}. */
    static final String REQUESTS = "_sluice_rebuild";

    /** What a reader may think of a hot table. */
    enum State {
        /** Follows its source; the rows equal the source at {@code lsn}, or are newer. */
        LIVE,
        /** Changes are missing since {@code lsn}; it is filled from the lake as soon as possible. */
        STALE,
        /** Is being filled from the lake; until that is done readers find the rows of {@code lsn}. */
        REFILLING,
        /** The source table is stopped: the rows stay those of {@code lsn}. */
        STOPPED;

        String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final ClickHouseClient client;
    private final HotSpec hot;
    private final List<String> tables;
    private final long[] lsns;
    private final long[] micros;
    /** What readers have been told. */
    private final long[] written;

    private final long[] writtenMicros;
    /** When a rebuild was asked for that has been done, microseconds since 1970. */
    private final long[] rebuilt;

    private final State[] states;
    private final String[] reasons;
    private boolean hasNews;

    /** @param tables all tables of the pipeline, in its order; only those that are hot are told of */
    HotProgress(ClickHouseClient client, HotSpec hot, List<String> tables) {
        this.client = client;
        this.hot = hot;
        this.tables = List.copyOf(tables);
        this.lsns = new long[tables.size()];
        this.micros = new long[tables.size()];
        this.written = new long[tables.size()];
        this.writtenMicros = new long[tables.size()];
        this.rebuilt = new long[tables.size()];
        this.states = new State[tables.size()];
        this.reasons = new String[tables.size()];
        Arrays.fill(states, State.LIVE);
        Arrays.fill(reasons, "");
    }

    void create() {
        client.run("create the table of progress", """
                CREATE TABLE IF NOT EXISTS %s (
                  table String,
                  lsn UInt64,
                  commit_time DateTime64(6, 'UTC'),
                  written_at DateTime64(6, 'UTC'),
                  state String DEFAULT 'live',
                  reason String,
                  rebuilt_at DateTime64(6, 'UTC')
                ) ENGINE = ReplacingMergeTree(lsn) ORDER BY table""".formatted(qualified(TABLE)));
        client.run("complete the table of progress", """
                ALTER TABLE %s ADD COLUMN IF NOT EXISTS state String DEFAULT 'live',
                  ADD COLUMN IF NOT EXISTS reason String,
                  ADD COLUMN IF NOT EXISTS rebuilt_at DateTime64(6, 'UTC')""".formatted(qualified(TABLE)));
        client.run("create the table of rebuild requests", """
                CREATE TABLE IF NOT EXISTS %s (table String, requested_at DateTime64(6, 'UTC'))
                ENGINE = ReplacingMergeTree(requested_at) ORDER BY table""".formatted(qualified(REQUESTS)));
    }

    /** Takes over what was told before. */
    void read() {
        String rows = client.text(
                "read the progress",
                "SELECT table, lsn, toUnixTimestamp64Micro(commit_time), toUnixTimestamp64Micro(rebuilt_at), state FROM "
                        + qualified(TABLE) + " FINAL FORMAT TSVRaw");
        for (String row : rows.lines().toList()) {
            String[] values = row.split("\t");
            int table = tables.indexOf(values[0]);
            if (table >= 0) {
                lsns[table] = Long.parseUnsignedLong(values[1]);
                micros[table] = Long.parseLong(values[2]);
                written[table] = lsns[table];
                writtenMicros[table] = micros[table];
                rebuilt[table] = Long.parseLong(values[3]);
                states[table] = State.valueOf(values[4].toUpperCase(java.util.Locale.ROOT));
            }
        }
    }

    /** Everything up to {@code lsn} of table number {@code table} has been written. */
    void advance(int table, long lsn, long commitMicros) {
        if (Long.compareUnsigned(lsn, lsns[table]) > 0) {
            lsns[table] = lsn;
            micros[table] = commitMicros == 0 ? micros[table] : commitMicros;
            hasNews = true;
        }
    }

    void set(int table, State state, String why) {
        // Without what separates values where it is read.
        String reason = why.replaceAll("\\s+", " ");
        if (states[table] != state || !reasons[table].equals(reason)) {
            if (state == State.STALE && states[table] != State.REFILLING) {
                // What was taken over but not stored is lost.
                lsns[table] = written[table];
                micros[table] = writtenMicros[table];
            }
            states[table] = state;
            reasons[table] = reason;
            hasNews = true;
        }
    }

    void rebuilt(int table, long requestedMicros) {
        rebuilt[table] = Math.max(rebuilt[table], requestedMicros);
        hasNews = true;
    }

    long lsn(int table) {
        return lsns[table];
    }

    /** What readers have been told last. */
    long told(int table) {
        return written[table];
    }

    State state(int table) {
        return states[table];
    }

    String reason(int table) {
        return reasons[table];
    }

    boolean hasNews() {
        return hasNews;
    }

    /** A rebuild that was asked for and not done. */
    record Request(int table, long requestedMicros) {}

    List<Request> requests() {
        List<Request> open = new ArrayList<>();
        String rows = client.text(
                "look for rebuild requests",
                "SELECT table, toUnixTimestamp64Micro(requested_at) FROM " + qualified(REQUESTS)
                        + " FINAL FORMAT TSVRaw");
        for (String row : rows.lines().toList()) {
            String[] values = row.split("\t");
            int table = tables.indexOf(values[0]);
            long requested = Long.parseLong(values[1]);
            if (table >= 0 && requested > rebuilt[table]) {
                open.add(new Request(table, requested));
            }
        }
        return open;
    }

    /** Call it only after the rows themselves have been stored. */
    void write(long nowMicros) {
        RowBinary rows = new RowBinary();
        for (int i = 0; i < lsns.length; i++) {
            if (hot.tables().contains(tables.get(i)) && (lsns[i] != 0 || states[i] != State.LIVE)) {
                string(rows, tables.get(i));
                rows.int64(lsns[i]);
                rows.int64(micros[i] == 0 ? nowMicros : micros[i]);
                rows.int64(nowMicros);
                string(rows, states[i].text());
                string(rows, reasons[i]);
                rows.int64(rebuilt[i]);
            }
        }
        if (rows.length() > 0) {
            String insert = "INSERT INTO " + qualified(TABLE)
                    + " (table, lsn, commit_time, written_at, state, reason, rebuilt_at) FORMAT RowBinary";
            client.finish(client.startInsert(
                    "write the progress", insert, Arrays.copyOf(rows.bytes(), rows.length()), rows.length()));
        }
        System.arraycopy(lsns, 0, written, 0, lsns.length);
        System.arraycopy(micros, 0, writtenMicros, 0, micros.length);
        hasNews = false;
    }

    private static void string(RowBinary rows, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        rows.string(bytes, 0, bytes.length);
    }

    private String qualified(String table) {
        return ClickHouseSql.qualified(hot.database(), table);
    }
}
