package dev.sluice.ingest.source.postgres.slot;

import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The run that has the pipeline, as its sessions at the source show it. Sessions that do something are of a run that is
 * alive. Those that do nothing for half a minute are of one that was paused, or whose machine is gone: nobody has to wait
 * for it, as it loses the pipeline to whoever takes it over.
 *
 * @param slot read by that run; empty when there is none
 * @param name what its sessions call themselves; empty when no run is known
 */
public record OtherRun(String slot, String name) {
    private static final Logger LOG = LoggerFactory.getLogger(OtherRun.class);
    /** A stream answers the server every 10 s, a patrol looks every 20 s. */
    private static final Duration QUIET = Duration.ofSeconds(22);

    private static final Duration WAIT_MAX = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 300;

    /** Returns when no session of it is left, or none that does anything. E0227 when it is alive. */
    public void awaitEnd(Connection connection) {
        long started = System.nanoTime();
        Map<Integer, String> before = sessions(connection);
        long changed = started;
        while (!before.isEmpty()) {
            long now = System.nanoTime();
            if (now - started > WAIT_MAX.toNanos()) {
                if (now - changed < QUIET.toNanos()) {
                    throw alive(before);
                }
                LOG.warn(
                        "Sessions {} of a run of the pipeline are left and do nothing: taken over from it",
                        before.keySet());
                return;
            }
            pause();
            Map<Integer, String> then = sessions(connection);
            if (!before.entrySet().containsAll(then.entrySet())) {
                changed = System.nanoTime();
            }
            before = then;
        }
    }

    /** What each session did last, by its process. What of it cannot be seen counts as work. */
    private Map<Integer, String> sessions(Connection connection) {
        try (PreparedStatement statement = connection.prepareStatement("""
                select a.pid, concat_ws(' ', coalesce(a.state_change, clock_timestamp()), a.query_start, r.reply_time)
                from pg_stat_activity a
                left join pg_stat_replication r on r.pid = a.pid
                where a.pid <> pg_backend_pid()
                  and (a.application_name = nullif(?, '')
                       or a.pid in (select active_pid from pg_replication_slots
                                    where slot_name = ? and database = current_database()))
                """)) {
            statement.setString(1, name);
            statement.setString(2, slot);
            Map<Integer, String> sessions = new HashMap<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    sessions.put(row.getInt(1), row.getString(2));
                }
            }
            return sessions;
        } catch (SQLException e) {
            throw new SluiceException(
                    ErrorCode.E0201,
                    "sessions of other runs of the pipeline cannot be read: " + SqlErrors.message(e),
                    "",
                    e);
        }
    }

    private SluiceException alive(Map<Integer, String> sessions) {
        return new SluiceException(
                ErrorCode.E0227,
                "another copy of this pipeline is at work"
                        + (name.isEmpty() ? "" : " (" + name + ")") + ": server processes " + sessions.keySet()
                        + " at the source are its sessions",
                "stop one of the two. Where it runs: select pid, application_name, client_addr from pg_stat_activity");
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(
                    ErrorCode.E1901, "interrupted while waiting for another run of the pipeline", "", e);
        }
    }
}
