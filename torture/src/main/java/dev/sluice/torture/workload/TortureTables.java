package dev.sluice.torture.workload;

import java.util.List;

/** The tables of the workload. Each is small, so that each of its snapshots can be read as a whole. */
public final class TortureTables {
    public static final String CHECKING = "checking";
    public static final String SAVINGS = "savings";
    public static final String LEDGER = "ledger";
    public static final String DOCS = "docs";
    /** It is truncated, takes the large transactions, and is the one that a foreign writer writes to. */
    public static final String SCRATCH = "scratch";

    public static final List<String> ALL = List.of(CHECKING, SAVINGS, LEDGER, DOCS, SCRATCH);
    /** Money moves between them and is never made. */
    public static final List<String> WITH_BALANCE = List.of(CHECKING, SAVINGS);

    public static final String BALANCE = "balance";
    /** All of the table that is hot, {@link #CHECKING}. */
    public static final List<String> HOT_COLUMNS = List.of("id", BALANCE, "version");

    static final int ACCOUNTS = 300;
    static final int DOCUMENTS = 200;
    static final int SCRATCH_IDS = 400;
    private static final long FIRST_BALANCE = 1_000;

    /** What all balances together are, at every position. */
    public static final long BALANCE_TOTAL = 2 * ACCOUNTS * FIRST_BALANCE;

    /** What the lake cannot follow; the workload goes on with it. */
    public static final List<String> ANOTHER_COLUMN = List.of(
            "set lock_timeout = '20s'",
            "alter table scratch add column extra int",
            "insert into scratch values (-1, 1, true, null, null, 7) on conflict (id) do update set extra = 7");

    /** As it was; the values that the lake knows are not touched. */
    public static final List<String> WITHOUT_IT =
            List.of("set lock_timeout = '20s'", "alter table scratch drop column extra");

    private TortureTables() {}

    /** Each table emptied and filled again with the rows that it has: whoever reads the changes from here knows all of them. */
    public static List<String> writtenAnew() {
        return ALL.stream()
                .map(table -> "begin; create temp table kept on commit drop as select * from " + table + "; truncate "
                        + table + "; insert into " + table + " select * from kept; commit")
                .toList();
    }

    /** To be run in an empty database. */
    public static List<String> definitions() {
        return List.of(
                "create table checking (id int primary key, balance bigint not null, version int not null)",
                "create table savings (id int primary key, rate numeric(12,4), balance bigint not null,"
                        + " version int not null, changed timestamptz)",
                "create table ledger (txn bigint primary key, kind text not null, amount bigint, at timestamptz not null)",
                "create table docs (part text, id int, title text, body text, weight double precision, raw bytea,"
                        + " labels text[], primary key (part, id))",
                "alter table docs alter column body set storage external",
                "create table scratch (id bigint primary key, amount numeric(20,6), flag boolean, token uuid, day date)");
    }

    /** The first rows, as one transaction each. */
    public static List<String> firstRows() {
        return List.of(
                "insert into checking select i, " + FIRST_BALANCE + ", 0 from generate_series(1, " + ACCOUNTS + ") i",
                "insert into savings select i, i / 7.0, " + FIRST_BALANCE + ", 0, now() from generate_series(1, "
                        + ACCOUNTS + ") i",
                "insert into docs select 'p' || i % 3, i, 'title ' || i, repeat(md5(i::text), 90 + i % 40), i / 3.0,"
                        + " decode(md5(i::text), 'hex'), array['l' || i, null] from generate_series(1, " + DOCUMENTS
                        + ", 2) i",
                "insert into scratch select i, i / 3.0, i % 2 = 0, gen_random_uuid(), '2026-01-01'::date + i"
                        + " from generate_series(1, 100) i");
    }
}
