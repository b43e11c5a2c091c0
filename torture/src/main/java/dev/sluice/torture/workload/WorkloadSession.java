package dev.sluice.torture.workload;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;

/** One session of the application: transaction after transaction at a steady pace, also over the death of its server. */
final class WorkloadSession implements Runnable {
    private static final long RECONNECT_MILLIS = 200;

    private final TransactionDraw draw;
    private final Connector connector;
    private final long pauseMillis;
    private final AtomicBoolean over;
    /** Held for as long as a transaction is open. */
    private final Lock open;

    final AtomicLong committed = new AtomicLong();
    final AtomicLong rolledBack = new AtomicLong();
    /** By the server: it died, or two sessions had locked each other out. */
    final AtomicLong failed = new AtomicLong();

    /** Makes connections in auto-commit mode. */
    interface Connector {
        Connection connect() throws SQLException;
    }

    WorkloadSession(TransactionDraw draw, Connector connector, long pauseMillis, AtomicBoolean over, Lock open) {
        this.draw = draw;
        this.connector = connector;
        this.pauseMillis = pauseMillis;
        this.over = over;
        this.open = open;
    }

    @Override
    public void run() {
        while (!over.get()) {
            try (Connection connection = connector.connect()) {
                connection.setAutoCommit(false);
                while (!over.get()) {
                    oneUnlessPaused(connection);
                    TimeUnit.MILLISECONDS.sleep(pauseMillis);
                }
            } catch (SQLException e) {
                failed.incrementAndGet();
            } catch (InterruptedException e) {
                return;
            }
            pause();
        }
    }

    private void oneUnlessPaused(Connection connection) throws SQLException {
        open.lock();
        try {
            one(connection, draw.next());
        } finally {
            open.unlock();
        }
    }

    private void one(Connection connection, TransactionDraw.Drawn drawn) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : drawn.statements()) {
                statement.execute(sql);
            }
            if (drawn.commits()) {
                connection.commit();
                committed.incrementAndGet();
            } else {
                connection.rollback();
                rolledBack.incrementAndGet();
            }
        } catch (SQLException e) {
            failed.incrementAndGet();
            connection.rollback();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RECONNECT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
