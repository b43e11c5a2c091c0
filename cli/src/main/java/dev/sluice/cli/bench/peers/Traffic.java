package dev.sluice.cli.bench.peers;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An application: transactions that move money between rows, note something, and make and delete rows without money, so
 * that every committed state has the same sum. It connects again when its server was away. Runs in a thread of its own
 * until it is closed.
 */
final class Traffic implements AutoCloseable {
    private static final long PAUSE_MILLIS = 5;
    private static final long AWAY_MILLIS = 200;
    private static final int SEED = 1;
    /** The rows that there are at least, from 1 on. */
    static final int ACCOUNTS = 10_000;
    /** Rows that the application makes lie above those that were there. */
    private static final long OWN_IDS_FROM = 1_000_000;

    private final Peer peer;
    private final Random random = new Random(SEED);
    private final AtomicLong transactions = new AtomicLong();
    private final Thread thread;
    private long nextId = OWN_IDS_FROM;
    private volatile boolean ending;

    Traffic(Peer peer) {
        this.peer = peer;
        this.thread = Thread.ofPlatform().name("traffic").start(this::run);
    }

    private void run() {
        while (!ending) {
            try (Connection connection = peer.connect()) {
                connection.setAutoCommit(false);
                while (!ending) {
                    transaction(connection);
                    transactions.incrementAndGet();
                    Thread.sleep(PAUSE_MILLIS);
                }
            } catch (SQLException e) {
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(AWAY_MILLIS);
        } catch (InterruptedException e) {
            ending = true;
        }
    }

    private void transaction(Connection connection) throws SQLException {
        BigDecimal amount = BigDecimal.valueOf(1 + random.nextInt(500), 2);
        execute(connection, "update accounts set balance = balance - ? where id = ?", amount, account());
        execute(connection, "update accounts set balance = balance + ? where id = ?", amount, account());
        execute(connection, "insert into accounts values (?, 0, 1, 'made')", nextId++);
        if (random.nextInt(3) == 0) {
            execute(connection, "update accounts set note = 'noted ' || ? where id = ?", nextId, account());
        }
        if (random.nextInt(2) == 0) {
            long own = OWN_IDS_FROM + (long) (random.nextDouble() * (nextId - OWN_IDS_FROM));
            execute(connection, "delete from accounts where id = ?", own);
        }
        connection.commit();
    }

    /** One of those that are never deleted. */
    private long account() {
        return 1 + random.nextInt(ACCOUNTS);
    }

    private static void execute(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    long transactions() {
        return transactions.get();
    }

    @Override
    public void close() throws InterruptedException {
        ending = true;
        thread.join();
    }
}
