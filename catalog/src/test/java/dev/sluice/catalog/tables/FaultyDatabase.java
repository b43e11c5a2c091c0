package dev.sluice.catalog.tables;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * A real database whose connections misbehave on command, once for each command. What it does not do: lose answers of
 * anything but COMMIT, or of connections that commit each statement by itself.
 */
final class FaultyDatabase implements DataSource {
    private final DataSource real;
    private final AtomicReference<Fault> next = new AtomicReference<>(Fault.NONE);
    private final AtomicInteger fired = new AtomicInteger();

    FaultyDatabase(DataSource real) {
        this.real = real;
    }

    enum Fault {
        NONE,
        /** The connection breaks before the first statement of a transaction. */
        CUT_BEFORE_COMMIT,
        /** COMMIT never reaches the server. */
        CUT_ON_THE_WAY_TO_COMMIT,
        /** The server commits, and its answer is lost. */
        LOSE_ANSWER_OF_COMMIT,
        /** The server answers that it rolled back. */
        REFUSE_COMMIT
    }

    void inject(Fault fault) {
        next.set(fault);
    }

    /** How many faults took place: a test that expects one must see one. */
    int fired() {
        return fired.get();
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = real.getConnection();
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        commit(connection);
                        return null;
                    }
                    if (method.getName().equals("prepareStatement")
                            && !connection.getAutoCommit()
                            && take(Fault.CUT_BEFORE_COMMIT)) {
                        throw cut(connection);
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void commit(Connection connection) throws SQLException {
        if (take(Fault.CUT_ON_THE_WAY_TO_COMMIT)) {
            connection.rollback();
            throw cut(connection);
        }
        if (take(Fault.REFUSE_COMMIT)) {
            connection.rollback();
            throw new SQLException("could not serialize access", "40001");
        }
        connection.commit();
        if (take(Fault.LOSE_ANSWER_OF_COMMIT)) {
            throw cut(connection);
        }
    }

    private boolean take(Fault fault) {
        boolean taken = next.compareAndSet(fault, Fault.NONE);
        if (taken) {
            fired.incrementAndGet();
        }
        return taken;
    }

    private static SQLException cut(Connection connection) throws SQLException {
        connection.close();
        return new SQLException("An I/O error occurred while sending to the backend", "08006");
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return real.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        real.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        real.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return real.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return real.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return real.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return real.isWrapperFor(type);
    }
}
