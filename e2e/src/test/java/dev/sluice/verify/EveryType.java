package dev.sluice.verify;

/** A table with a column of every type that is carried, and rows with the edge values of each. */
public final class EveryType {
    /** The columns that leave the source: all but {@code secret}. */
    public static final String PUBLISHED = "id, b, s, i, l, r, d, n, big, t, v, c, u, dt, tm, ts, tz, bin, js, jb, "
            + "long_text, ai, al, at, an, ab, ats, ad, au, af";

    public static final String TABLE = """
            create table things (
                id bigint primary key, secret text, b boolean, s smallint, i integer, l bigint, r real, d double precision,
                n numeric(12, 4), big numeric(38, 10), t text, v varchar(40), c char(8), u uuid, dt date, tm time,
                ts timestamp, tz timestamptz, bin bytea, js json, jb jsonb, long_text text,
                ai integer[], al bigint[], at text[], an numeric(8, 2)[], ab boolean[], ats timestamp[], ad date[],
                au uuid[], af double precision[]);
            alter table things alter column long_text set storage external
            """;

    /** 1,007 rows. */
    public static final String ROWS = """
            insert into things
            select i, 'secret ' || i, i % 2 = 0, i % 30000, -i, i * 10000000000, i / 7.0, i / 3.0,
                i / 8.0, i * 1000000000000.0000000001, 'text ' || i, 'v' || i, 'c' || i,
                ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, date '2026-01-01' + i, time '00:00' + i * interval '1.001 s',
                timestamp '2026-01-01 00:00:00' + i * interval '1.5 h', timestamptz '2026-01-01 00:00:00+00' + i * interval '1.5 h',
                decode(lpad(to_hex(i), 8, '0'), 'hex'), json_build_object('a', i, 'b', repeat(' ', i % 5)),
                jsonb_build_object('a', i, 'b', array[i]),
                case when i % 50 = 0 then repeat(i::text || 'ä', 3000) end,
                array[i, null, -i], array[i * 10000000000], array['a' || i, null, '', 'null', 'x y', 'q"\\{},'],
                array[i / 4.0, null], array[true, false, null], array[timestamp '2026-01-01' + i * interval '1 s'],
                array[date '2026-01-01' + i], array['00000000-0000-0000-0000-000000000001'::uuid], array[i / 3.0, 'NaN']
            from generate_series(1, 1000) i;
            insert into things (id) values (-1);
            insert into things (id, s, i, l, r, d, n, big, t, c, dt, tm, ts, tz, bin, ai, at) values
                (-2, -32768, -2147483648, -9223372036854775808, 'NaN', 'NaN', -99999999.9999, -9999999999999999999999999999.9999999999,
                 '', '', '0001-01-01', '00:00', '0001-01-01 00:00:00', '0001-01-01 00:00:00+00', '', '{}', '{}'),
                (-3, 32767, 2147483647, 9223372036854775807, 'Infinity', '-Infinity', 99999999.9999, 9999999999999999999999999999.9999999999,
                 E'tab\\t line\\n back\\\\ nul \\\\N \\b\\f\\r\\v', 'a  ', '9999-12-31', '23:59:59.999999', '9999-12-31 23:59:59.999999',
                 '9999-12-31 23:59:59.999999+00', '\\xdeadbeef00', null, null);
            insert into things (id, r, d, n, t, v, dt, ts, js, jb) values
                (-4, '-0', '-0', 0.0001, '😀 ünïcödé', '漢字', '1582-10-10', '1582-10-10 10:00', '{"b":1,  "a":[1.0,1e2],"b":2}', '{"b":1.50,"a":null}'),
                (-5, 1e-45, 5e-324, 1.1, 'x', 'y', '2000-02-29', '1969-12-31 23:59:59.5', 'null', 'null'),
                (-6, 3.4028235e38, 1e23, 1.0, null, '', '1970-01-01', '1970-01-01 00:00:00.000001', '""', '[]'),
                (-7, 16777216, 9007199254740993, 10, 'NULL', 'NULL', '2038-01-20', '2038-01-20 03:14:08', '1e400', '"\\\\u00e9"')
            """;

    private EveryType() {}
}
