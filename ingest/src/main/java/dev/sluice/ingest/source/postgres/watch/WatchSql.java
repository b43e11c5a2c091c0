package dev.sluice.ingest.source.postgres.watch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.sql.PostgresSql;
import java.util.List;

/**
 * The statements of a look. All may be run by a role that has nothing but REPLICATION. Everything that is asked for
 * stands in the text, so that several statements travel in one round trip.
 */
final class WatchSql {
    /** Seen in {@code pg_stat_activity} while and after a look. */
    static final String MARK = "/* sluice watch */";

    /**
     * Which server, and how far its WAL is. The position comes first in a look: whatever was committed up to it is seen
     * by the statements that follow.
     */
    static final String SERVER = """
            select pg_is_in_recovery(), case when pg_is_in_recovery() then '0/0' else pg_current_wal_flush_lsn()::text end
            """;

    /** The server's version, and whether {@link #IDENTITY} may be asked. */
    static final String SESSION = """
            select current_setting('server_version_num')::int,
                   has_function_privilege('pg_control_system()', 'execute')
                   and has_function_privilege('pg_walfile_name(pg_lsn)', 'execute') and not pg_is_in_recovery()
            """;

    /** The timeline comes from a file's name: the control file learns of a promotion only at the next checkpoint. */
    static final String IDENTITY = """
            select (select system_identifier from pg_control_system()) || '/'
                   || ('x' || substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8))::bit(32)::bigint
            """;

    private static final int UNLISTED_MAX = 1_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private WatchSql() {}

    static String slot(String name) {
        return """
                select active_pid, confirmed_flush_lsn::text, coalesce(wal_status, 'unknown'), plugin
                from pg_replication_slots where slot_name = %s and database = current_database()
                """.formatted(PostgresSql.literal(name));
    }

    static String publication(String name) {
        return """
                select json_build_object('oid', p.oid::bigint, 'by', p.xmin::text, 'owner', pg_get_userbyid(p.pubowner),
                       'publishes', concat_ws(', ',
                           case when pubinsert then 'insert' end, case when pubupdate then 'update' end,
                           case when pubdelete then 'delete' end, case when pubtruncate then 'truncate' end,
                           case when puballtables then 'all tables' end, case when pubviaroot then 'via root' end))::text
                from pg_publication p where p.pubname = %s
                """.formatted(PostgresSql.literal(name));
    }

    /** One number for the shapes of all tables: as long as it stays, none of them has changed. */
    static String digest(String publication, List<SourceTable> tables, boolean hasLists) {
        return MARK + " with shapes as (" + shapes(publication, tables, hasLists)
                + ") select coalesce(hashtextextended(string_agg(i || ' ' || shape, E'\\n' order by i), 0), 0) from shapes";
    }

    /** The shape of each table that is there, with the number that {@link #digest} would give. */
    static String shapesWithDigest(String publication, List<SourceTable> tables, boolean hasLists) {
        return "with shapes as (" + shapes(publication, tables, hasLists) + ") select i, shape, (" + """
                select coalesce(hashtextextended(string_agg(i || ' ' || shape, E'\\n' order by i), 0), 0) from shapes)
                from shapes
                """;
    }

    private static String shapes(String publication, List<SourceTable> tables, boolean hasLists) {
        return """
                select (w.v->>'i')::int as i, json_build_object(
                    'oid', c.oid::bigint, 'kind', c.relkind::text || c.relpersistence::text,
                    'file', c.relfilenode::bigint, 'identity', c.relreplident::text,
                    'key', coalesce(x.indkey::text, ''),
                    'entry', coalesce(r.oid::bigint, 0), 'entryBy', coalesce(r.xmin::text, ''),
                    %s,
                    'parents', (select coalesce(json_agg(h.inhparent::bigint order by h.inhparent), '[]')
                        from pg_inherits h where h.inhrelid = c.oid),
                    'children', (select coalesce(json_agg(h.inhrelid::bigint order by h.inhrelid), '[]')
                        from pg_inherits h where h.inhparent = c.oid),
                    'columns', (
                        select json_agg(json_build_object('number', a.attnum, 'name', a.attname,
                            'type', a.atttypid::bigint, 'modifier', a.atttypmod, 'by', a.xmin::text,
                            'missing', a.atthasmissing, 'standard', coalesce(d.oid::bigint, 0)) order by a.attnum)
                        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
                        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                          and not (w.v->'x' ? a.attname::text)),
                    'labels', (
                        select json_agg(json_build_object('type', e.enumtypid::bigint, 'oid', e.oid::bigint,
                            'text', e.enumlabel, 'order', e.enumsortorder::text, 'by', e.xmin::text) order by e.oid)
                        from pg_enum e where e.enumtypid in (
                            with recursive used(t) as (
                                select a.atttypid from pg_attribute a
                                where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                                  and a.attgenerated = '' and not (w.v->'x' ? a.attname::text)
                                union
                                select case when t.typtype = 'd' then t.typbasetype else t.typelem end
                                from used u join pg_type t on t.oid = u.t
                                where t.typtype = 'd' or t.typelem <> 0)
                            select t from used)))::text as shape
                from jsonb_array_elements(%s::jsonb) as w(v)
                join pg_namespace n on n.nspname = w.v->>'s'
                join pg_class c on c.relnamespace = n.oid and c.relname = w.v->>'n'
                left join pg_publication p on p.pubname = %s
                left join pg_publication_rel r on r.prpubid = p.oid and r.prrelid = c.oid
                left join pg_index x on x.indrelid = c.oid and case c.relreplident
                    when 'n' then false when 'i' then x.indisreplident else x.indisprimary and x.indimmediate end
                """.formatted(
                        hasLists
                                ? "'filtered', r.prqual is not null, 'listed', r.prattrs::text"
                                : "'filtered', false, 'listed', null",
                        PostgresSql.literal(wanted(tables)),
                        PostgresSql.literal(publication));
    }

    /** Not part of a shape: the shapes of a thousand listed partitions would name each other a million times. */
    static String unlistedPartitions(List<SourceTable> tables) {
        return MARK + """
                with listed as (
                    select c.oid from jsonb_array_elements(%s::jsonb) as w(v)
                    join pg_namespace n on n.nspname = w.v->>'s'
                    join pg_class c on c.relnamespace = n.oid and c.relname = w.v->>'n'),
                whole as (
                    select distinct p.oid, n.nspname || '.' || p.relname as name
                    from listed l join pg_inherits h on h.inhrelid = l.oid
                    join pg_class p on p.oid = h.inhparent and p.relkind = 'p'
                    join pg_namespace n on n.oid = p.relnamespace),
                part as (
                    select h.inhparent, n.nspname || '.' || c.relname as name from pg_inherits h
                    join pg_class c on c.oid = h.inhrelid join pg_namespace n on n.oid = c.relnamespace
                    where c.oid not in (select oid from listed))
                select w.name, p.name from whole w left join part p on p.inhparent = w.oid order by 1, 2 limit %d
                """.formatted(PostgresSql.literal(wanted(tables)), UNLISTED_MAX);
    }

    private static String wanted(List<SourceTable> tables) {
        ArrayNode wanted = JSON.createArrayNode();
        for (int i = 0; i < tables.size(); i++) {
            ObjectNode table = wanted.addObject();
            table.put("i", i)
                    .put("s", tables.get(i).schema())
                    .put("n", tables.get(i).name());
            ArrayNode excluded = table.putArray("x");
            tables.get(i).excludedColumns().stream().sorted().forEach(excluded::add);
        }
        return wanted.toString();
    }
}
