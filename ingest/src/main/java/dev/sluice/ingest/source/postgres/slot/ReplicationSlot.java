package dev.sluice.ingest.source.postgres.slot;

import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pipeline's replication slot, as ordinary SQL sees it. */
public final class ReplicationSlot {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicationSlot.class);
    /** A killed job's connection usually ends at once; after this it is ended by us. */
    private static final Duration STALE_AFTER = Duration.ofSeconds(10);

    private static final Duration WAIT_MAX = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 200;

    /**
     * @param activePid the server process that uses the slot
     * @param confirmedFlush commits before this position are never sent again
     */
    public record State(Optional<Integer> activePid, Lsn confirmedFlush, String walStatus, String plugin) {
        /** From a row of active_pid, confirmed_flush_lsn, wal_status, plugin. */
        public static State of(ResultSet row) throws SQLException {
            int pid = row.getInt(1);
            String confirmed = row.getString(2);
            return new State(
                    pid == 0 ? Optional.empty() : Optional.of(pid),
                    confirmed == null ? Lsn.ZERO : Lsn.parse(confirmed),
                    row.getString(3),
                    row.getString(4));
        }
    }

    private final String name;

    public ReplicationSlot(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    /** The slot as it is now, empty when there is none in this database. */
    public Optional<State> state(Connection connection) {
        try (PreparedStatement statement = connection.prepareStatement("""
                select active_pid, confirmed_flush_lsn::text, coalesce(wal_status, 'unknown'), plugin
                from pg_replication_slots
                where slot_name = ? and database = current_database()
                """)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(State.of(row)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    /**
     * Refuses a slot from which the stream cannot go on exactly.
     *
     * @param known every commit up to here is in the lake
     */
    public void check(Connection connection, Lsn known) {
        check(state(connection), known);
    }

    /** The same for a state that was read before. */
    public void check(Optional<State> now, Lsn known) {
        State state = now.orElseThrow(() -> new SluiceException(
                ErrorCode.E0215,
                "slot " + name + " is gone, although the lake already holds tables of this pipeline: the"
                        + " changes since " + known + " cannot be read any more",
                Remedy.LOAD_ANEW));
        if (state.walStatus.equals("lost")) {
            throw new SluiceException(
                    ErrorCode.E0214,
                    "the server gave up slot " + name + ": it has removed WAL that the slot still needed",
                    "raise max_slot_wal_keep_size; then " + Remedy.LOAD_ANEW);
        }
        if (!state.plugin.equals("pgoutput")) {
            throw new SluiceException(
                    ErrorCode.E0217,
                    "slot " + name + " was made for the plugin " + state.plugin + ", not by Sluice",
                    "rename the pipeline, or drop that slot");
        }
        // The slot sends commits from confirmedFlush on, so known may be just below it.
        if (Long.compareUnsigned(state.confirmedFlush.value(), known.value() + 1) > 0) {
            throw new SluiceException(
                    ErrorCode.E0212,
                    "slot " + name + " stands at " + state.confirmedFlush + ", but only commits up to " + known
                            + " are in the lake: the slot was re-created, or advanced by someone else",
                    Remedy.LOAD_ANEW);
        }
    }

    /** Drops the slot if it is there; waits for the process that still uses it, and ends none. E0218 when it stays. */
    public void drop(Connection connection) {
        if (state(connection).isEmpty()) {
            return;
        }
        awaitInactive(connection, Optional.empty());
        try (PreparedStatement statement = connection.prepareStatement("select pg_drop_replication_slot(?)")) {
            statement.setString(1, name);
            statement.execute();
        } catch (SQLException e) {
            if (SqlErrors.is(e, SqlErrors.OBJECT_IN_USE)) {
                throw inUse("somebody");
            }
            if (!SqlErrors.is(e, SqlErrors.UNDEFINED_OBJECT)) {
                throw unreadable(e);
            }
        }
    }

    /**
     * Returns when nobody uses the slot. E0218 when it stays in use.
     *
     * @param ownRun name under which this very run of the pipeline connects: what an earlier attempt of it left behind may
     *     be ended, as its machine may be gone without a word. Nobody else's session ever is.
     */
    public void awaitInactive(Connection connection, Optional<String> ownRun) {
        long started = System.nanoTime();
        boolean ended = false;
        for (Optional<State> state = state(connection);
                state.isPresent() && state.get().activePid.isPresent();
                state = state(connection)) {
            int pid = state.get().activePid.get();
            long waited = System.nanoTime() - started;
            if (waited > WAIT_MAX.toNanos()) {
                throw inUse("server process " + pid);
            }
            if (waited > STALE_AFTER.toNanos() && !ended && ownRun.isPresent()) {
                ended = endOwn(connection, pid, ownRun.get());
            }
            pause();
        }
    }

    private SluiceException inUse(String by) {
        return new SluiceException(
                ErrorCode.E0218,
                "slot " + name + " is in use by " + by,
                "another copy of this pipeline runs, or has just ended and the server does not know it yet"
                        + " (wal_sender_timeout): stop the other one, or wait. Who it is: select pid, application_name,"
                        + " client_addr from pg_stat_activity join pg_replication_slots on pid = active_pid");
    }

    private boolean endOwn(Connection connection, int pid, String ownRun) {
        try (PreparedStatement statement = connection.prepareStatement("""
                select pg_terminate_backend(a.pid) from pg_stat_activity a join pg_replication_slots s on s.active_pid = a.pid
                where s.slot_name = ? and a.pid = ? and a.application_name = ?
                """)) {
            statement.setString(1, name);
            statement.setInt(2, pid);
            statement.setString(3, ownRun);
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    LOG.warn("Slot {} was still held by server process {} of this run: it was ended", name, pid);
                    return true;
                }
            }
        } catch (SQLException e) {
            LOG.warn("Server process {} could not be ended: {}", pid, SqlErrors.message(e));
        }
        return false;
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E1901, "interrupted while waiting for the slot", "", e);
        }
    }

    private SluiceException unreadable(SQLException e) {
        return new SluiceException(
                ErrorCode.E0201, "slot " + name + " cannot be read or changed: " + SqlErrors.message(e), "", e);
    }
}
