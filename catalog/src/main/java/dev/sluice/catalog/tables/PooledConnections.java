package dev.sluice.catalog.tables;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.apache.iceberg.jdbc.JdbcClientPool;

/**
 * Lets JdbcCatalog use the server's one bounded pool. Iceberg's own pool waits without end for a connection, and runs a
 * statement again when its answer was lost: an UPDATE that was applied then finds no row and is called a conflict.
 */
final class PooledConnections extends JdbcClientPool {
    private final HikariDataSource pool;

    PooledConnections(HikariDataSource pool) {
        super(1, pool.getJdbcUrl(), Map.of());
        this.pool = pool;
    }

    @Override
    public <R> R run(Action<R, Connection, SQLException> action) throws SQLException, InterruptedException {
        return run(action, false);
    }

    @Override
    public <R> R run(Action<R, Connection, SQLException> action, boolean retry) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return action.run(connection);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
