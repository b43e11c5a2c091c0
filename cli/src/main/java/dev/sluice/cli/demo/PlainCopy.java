package dev.sluice.cli.demo;

import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.sql.PostgresSql;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.postgresql.PGConnection;

/** The yardstick of the load: COPY BINARY of the same tables, one after the other on one connection, thrown away. */
public final class PlainCopy {
    private PlainCopy() {}

    public record Measured(long rows, long bytes, Duration took) {
        public double rowsPerSecond() {
            return rows / Math.max(1e-3, took.toNanos() / 1e9);
        }
    }

    /** Copies {@code tables} to nowhere; counts their rows and bytes. */
    public static Measured run(Connection connection, List<TableSpec> tables) throws SQLException, IOException {
        Counter counter = new Counter();
        long rows = 0;
        long start = System.nanoTime();
        for (TableSpec table : tables) {
            String sql = "COPY " + PostgresSql.qualified(table.schema(), table.name()) + " TO STDOUT (FORMAT binary)";
            rows += connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql, counter);
        }
        return new Measured(rows, counter.bytes, Duration.ofNanos(System.nanoTime() - start));
    }

    private static final class Counter extends OutputStream {
        private long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] b, int offset, int length) {
            bytes += length;
        }
    }
}
