package dev.sluice.torture.workload;

import static dev.sluice.torture.workload.TortureTables.ACCOUNTS;
import static dev.sluice.torture.workload.TortureTables.DOCUMENTS;
import static dev.sluice.torture.workload.TortureTables.SCRATCH_IDS;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Draws the statements of one transaction after the other. What is drawn depends on the seed alone, not on what the
 * database answers: statements fit whatever rows there are. Not thread-safe.
 */
final class TransactionDraw {
    private static final int LARGE_ROWS_MIN = 3_000;
    private static final int LARGE_ROWS_MAX = 15_000;
    private static final int LARGE_FIRST_ID = 1_000_000;
    private static final int LEDGER_KEPT = 2_000;

    private final Random random;
    private final int session;
    private final int sessions;
    private long number;

    TransactionDraw(long seed, int session, int sessions) {
        this.random = new Random(seed * 31 + session);
        this.session = session;
        this.sessions = sessions;
    }

    /**
     * @param kind as in the ledger
     * @param statements in order; savepoints among them
     * @param commits false: it is rolled back
     */
    record Drawn(String kind, List<String> statements, boolean commits) {}

    Drawn next() {
        number++;
        int draw = random.nextInt(1_000);
        List<String> statements = new ArrayList<>();
        String kind;
        boolean commits = true;
        if (draw < 500) {
            kind = "transfer";
            transfers(statements, 1 + random.nextInt(6));
        } else if (draw < 700) {
            kind = "documents";
            documents(statements, 1 + random.nextInt(6));
        } else if (draw < 800) {
            kind = "mixed";
            transfers(statements, 1 + random.nextInt(3));
            documents(statements, 1 + random.nextInt(3));
            scratch(statements, 1 + random.nextInt(10));
        } else if (draw < 880) {
            kind = "scratch";
            scratch(statements, 1 + random.nextInt(20));
        } else if (draw < 930) {
            kind = "savepoint";
            savepoint(statements);
        } else if (draw < 980) {
            kind = "rollback";
            transfers(statements, 2);
            documents(statements, 3);
            commits = false;
        } else if (draw < 993) {
            kind = "truncate";
            truncate(statements);
        } else if (draw < 994) {
            kind = "large";
            large(statements);
        } else {
            kind = "prune";
            statements.add("delete from ledger where txn < " + (number - LEDGER_KEPT / sessions) * sessions);
            statements.add("delete from scratch where id >= " + LARGE_FIRST_ID);
        }
        statements.add("insert into ledger values (" + (number * sessions + session) + ", '" + kind + "', "
                + (random.nextInt(10) == 0 ? "null" : random.nextInt(1_000)) + ", clock_timestamp())");
        return new Drawn(kind, statements, commits);
    }

    /** Accounts are taken in order of their ids, checking first, so that two sessions do not lock each other out. */
    private void transfers(List<String> statements, int legs) {
        List<String> checking = new ArrayList<>();
        List<String> savings = new ArrayList<>();
        for (int i = 0; i < legs; i++) {
            int amount = 1 + random.nextInt(50);
            checking.add(String.format("%06d %d", 1 + random.nextInt(ACCOUNTS), -amount));
            savings.add(String.format("%06d %d", 1 + random.nextInt(ACCOUNTS), amount));
        }
        checking.sort(null);
        savings.sort(null);
        for (String leg : checking) {
            statements.add("update checking set balance = balance + (" + leg.substring(7) + "), version = version + 1"
                    + " where id = " + Integer.parseInt(leg.substring(0, 6)));
        }
        for (String leg : savings) {
            statements.add("update savings set balance = balance + (" + leg.substring(7) + "), version = version + 1,"
                    + " changed = clock_timestamp() where id = " + Integer.parseInt(leg.substring(0, 6)));
        }
    }

    /** Documents of a session are its own: the parity of their ids. */
    private void documents(List<String> statements, int count) {
        for (int i = 0; i < count; i++) {
            int id = document();
            String where = " where id = " + id;
            switch (random.nextInt(8)) {
                case 0, 1 ->
                    statements.add("insert into docs values ('p" + random.nextInt(3) + "', " + id + ", 't" + number
                            + "', repeat(md5('" + random.nextInt() + "'), " + (80 + random.nextInt(60)) + "), "
                            + random.nextDouble() + ", decode(md5('" + number
                            + "'), 'hex'), array['it''s', 'b\\c', null])"
                            + " on conflict (part, id) do update set title = excluded.title, body = excluded.body");
                // The large value is not sent with these.
                case 2, 3, 4 ->
                    statements.add("update docs set title = 't" + number + "', weight = weight / 3" + where);
                case 5 ->
                    statements.add("update docs set body = "
                            + (random.nextBoolean() ? "null" : "body || '" + number + "'") + where);
                // Another key, the large value not sent.
                case 6 -> {
                    int to = document();
                    statements.add("update docs set id = " + to + where + " and part = 'p0' and not exists"
                            + " (select from docs where id = " + to + " and part = 'p0')");
                }
                default -> statements.add("delete from docs" + where + " and part = 'p" + random.nextInt(3) + "'");
            }
        }
    }

    private int document() {
        return 1 + random.nextInt(DOCUMENTS / sessions) * sessions + session;
    }

    private void scratch(List<String> statements, int count) {
        for (int i = 0; i < count; i++) {
            int id = 1 + random.nextInt(SCRATCH_IDS / sessions) * sessions + session;
            switch (random.nextInt(4)) {
                case 0, 1 ->
                    statements.add("insert into scratch values (" + id + ", " + random.nextInt(1_000_000) + " / 7.0, "
                            + (random.nextInt(5) == 0 ? "null" : random.nextBoolean()) + ", md5('" + random.nextInt()
                            + "')::uuid, date '2026-01-01' + " + random.nextInt(5_000)
                            + ") on conflict (id) do update set amount = excluded.amount, day = null");
                case 2 -> statements.add("update scratch set amount = -amount, flag = not flag where id = " + id);
                default -> statements.add("delete from scratch where id = " + id);
            }
        }
    }

    private void savepoint(List<String> statements) {
        transfers(statements, 1);
        statements.add("savepoint one");
        documents(statements, 2);
        scratch(statements, 2);
        statements.add("rollback to one");
        documents(statements, 1);
        statements.add("savepoint two");
        scratch(statements, 1);
        statements.add("release two");
    }

    private void truncate(List<String> statements) {
        if (random.nextBoolean()) {
            scratch(statements, 3);
        }
        statements.add("truncate scratch");
        if (random.nextBoolean()) {
            scratch(statements, 5);
        }
    }

    private void large(List<String> statements) {
        int rows = LARGE_ROWS_MIN + random.nextInt(LARGE_ROWS_MAX - LARGE_ROWS_MIN);
        statements.add("insert into scratch select " + LARGE_FIRST_ID + " + i, i / 3.0, null, md5(i::text)::uuid, null"
                + " from generate_series(1, " + rows
                + ") i on conflict (id) do update set amount = scratch.amount + 1");
    }
}
