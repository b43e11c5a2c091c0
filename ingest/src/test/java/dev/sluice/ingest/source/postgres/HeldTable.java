package dev.sluice.ingest.source.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A table that nobody can read until this is closed: its load stands still. */
final class HeldTable implements AutoCloseable {
    final Connection connection;
    /** What it took to get the table from the load. */
    final long waitedMillis;

    private HeldTable(Connection connection, long waitedMillis) {
        this.connection = connection;
        this.waitedMillis = waitedMillis;
    }

    /**
     * Takes the table as soon as the slot of a run that was started is there. Not before: a lock of this kind gives its
     * transaction a number, and a slot waits for the end of every transaction that has one.
     */
    static HeldTable whenItsLoadBegins(PipelineRun run, String table) throws SQLException {
        Connection connection = run.postgres.connect();
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("set statement_timeout = '60s'");
            statement.execute("""
                    do $$ begin
                        while not exists (select from pg_replication_slots
                                          where slot_name = '%s' and confirmed_flush_lsn is not null) loop
                            perform pg_sleep(0.002);
                        end loop;
                    end $$
                    """.formatted(run.slot()));
            long start = System.nanoTime();
            statement.execute("lock table public." + table + " in access exclusive mode");
            return new HeldTable(connection, (System.nanoTime() - start) / 1_000_000);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
