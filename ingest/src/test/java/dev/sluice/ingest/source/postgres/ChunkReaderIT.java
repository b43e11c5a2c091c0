package dev.sluice.ingest.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.source.ChunkReader.Opening;
import dev.sluice.ingest.source.postgres.catalogue.SourceCatalogue;
import dev.sluice.ingest.source.postgres.load.CopyChunkReader;
import dev.sluice.ingest.source.postgres.load.TableRange;
import dev.sluice.ingest.source.postgres.load.TableRange.KeyRange;
import dev.sluice.ingest.table.SourceTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One chunk, read by hand while others want its table. */
@Timeout(120)
class ChunkReaderIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();
    /** Twice what is promised, since the machine of a test does other things. */
    private static final long WAIT_MILLIS_MAX = 2_000;

    private static final int REWRITES_MIN = 3;
    /** Little, so that a small table is read under many locks. */
    private static final long AHEAD_BYTES = 1 << 20;

    /** Exports a snapshot and holds nothing but that. */
    private record Snapshot(Connection connection, String name) implements AutoCloseable {
        static Snapshot take() throws Exception {
            Connection connection = POSTGRES.connect();
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("set transaction isolation level repeatable read");
                try (ResultSet row = statement.executeQuery("select pg_export_snapshot()")) {
                    row.next();
                    return new Snapshot(connection, row.getString(1));
                }
            }
        }

        @Override
        public void close() throws Exception {
            connection.close();
        }
    }

    private static SourceTable createTable(String name, int rows) {
        POSTGRES.run(
                "create table " + name + " (id int primary key, v int, t text)",
                "alter table " + name + " alter column t set storage external",
                "insert into " + name + " select g, g, repeat('x', 1000) || g from generate_series(1, " + rows + ") g");
        return SourceCatalogue.read(POSTGRES.connector(), POSTGRES.spec(name), "sluice_none")
                .get(0);
    }

    @Test
    void isReadUnderOneLockForAsLongAsNobodyWaits() throws Exception {
        int rows = 5_000;
        SourceTable table = createTable("cr_alone", rows);
        try (Snapshot snapshot = Snapshot.take();
                CopyChunkReader reader = new CopyChunkReader(POSTGRES.connector(), RowForm.CHANGE_BYTES_MAX)) {
            Opening opening = reader.open(table, 0, new KeyRange(List.of(), 100), snapshot.name(), 1, 0);
            assertThat(opening).isEqualTo(Opening.OPEN);
            long count = 0;
            for (LoadRows batch = reader.next(); batch != null; batch = reader.next()) {
                count += batch.count();
            }
            assertThat(count).isEqualTo(rows);
            assertThat(reader.isAtEnd()).isTrue();
            assertThat(POSTGRES.one("select count(*) from pg_locks where relation = 'public.cr_alone'::regclass"))
                    .as("locks that are left")
                    .isEqualTo("0");
        } finally {
            POSTGRES.run("drop table cr_alone");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void bringsEachRowOnceWhileItsTableIsRewrittenAgainAndAgainAndNobodyWaitsLong(long seed) throws Exception {
        int rows = 40_000;
        String name = "cr_rewritten_" + seed;
        SourceTable table = createTable(name, rows);
        Random random = new Random(seed);
        WaitingApplication application = new WaitingApplication(name, seed);
        Set<String> storages = new HashSet<>();
        BitSet seen = new BitSet();
        int openings = 0;
        try (Snapshot snapshot = Snapshot.take();
                ApplicationLoop loop = new ApplicationLoop(POSTGRES, application);
                CopyChunkReader reader =
                        new CopyChunkReader(POSTGRES.connector(), RowForm.CHANGE_BYTES_MAX, AHEAD_BYTES)) {
            loop.awaitRounds(1);
            TableRange rest = new KeyRange(List.of(), 200 + random.nextInt(16_000));
            long emitted = 0;
            do {
                if (reader.open(table, 0, rest, snapshot.name(), 1, emitted) == Opening.LOCKED) {
                    continue;
                }
                openings++;
                storages.add(POSTGRES.one("select relfilenode from pg_class where relname = '" + name + "'"));
                for (LoadRows batch = reader.next(); batch != null; batch = reader.next()) {
                    take(batch, seen);
                    ApplicationLoop.rest(random.nextInt(20));
                }
                rest = reader.rest();
                emitted = reader.rowsEmitted();
            } while (!reader.isAtEnd());
            loop.stop();
            System.out.printf(
                    "%s: %d openings, %d rewrites between them, longest wait %d ms%n",
                    name, openings, storages.size() - 1, application.longestWaitMillis);
            assertThat(loop.failures()).isEmpty();
            assertThat(reader.rowsToSkip()).isZero();
        } finally {
            POSTGRES.run("drop table " + name);
        }
        assertThat(seen.cardinality()).as("rows of the snapshot").isEqualTo(rows);
        assertThat(storages).as("storages that it was read from").hasSizeGreaterThan(REWRITES_MIN);
        assertThat(application.longestWaitMillis).isLessThan(WAIT_MILLIS_MAX);
    }

    /** A row that is not of the snapshot, or comes again, is a fault. */
    private static void take(LoadRows batch, BitSet seen) {
        for (int i = 0; i < batch.count(); i++) {
            List<String> row = ModelLake.row(batch.bytes(), batch.offsets()[i]);
            assertThat(row.get(1)).as("value of row " + row.get(0)).isEqualTo(row.get(0));
            int id = Integer.parseInt(row.get(0), 16);
            assertThat(seen.get(id)).as("row " + id + " came before").isFalse();
            seen.set(id);
        }
    }

    /** Wants the table for itself, rewrites it, and changes rows that the snapshot holds. */
    private static final class WaitingApplication implements ApplicationLoop.Step {
        private final String name;
        private final Random random;
        private volatile long longestWaitMillis;

        WaitingApplication(String name, long seed) {
            this.name = name;
            this.random = new Random(seed * 31);
        }

        @Override
        public void run(ApplicationLoop.TimedStatement statement, int round) throws SQLException {
            statement.execute("begin");
            long start = System.nanoTime();
            statement.execute("lock table " + name + " in access exclusive mode");
            longestWaitMillis = Math.max(longestWaitMillis, (System.nanoTime() - start) / 1_000_000);
            statement.execute("commit");
            statement.execute(
                    random.nextBoolean() ? "vacuum full " + name : "cluster " + name + " using " + name + "_pkey");
            int rest = random.nextInt(7);
            statement.execute("update " + name + " set v = -1 where id % 7 = " + rest + " and id % 11 = 0");
            statement.execute("delete from " + name + " where id = " + (1 + random.nextInt(30_000)));
            statement.execute("insert into " + name + " values (" + (900_000 + round) + ", 0, 'new')");
        }
    }
}
