package dev.sluice.catalog.tables;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.catalog.CatalogFixture;
import dev.sluice.catalog.config.CatalogConfig.DatabaseConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.junit.jupiter.api.Test;

/** Writers race on overlapping sets of tables while a reader looks at all of them at once. */
class RacingCommitsIT {
    private static final int TABLES = 5;
    private static final int WRITERS = 6;
    private static final int ATTEMPTS_OF_EACH = 25;
    private static final long SECONDS_MAX = 120;
    private static final List<TableIdentifier> NAMES = IntStream.range(0, TABLES)
            .mapToObj(number -> TableIdentifier.of("race", "t" + number))
            .toList();

    /** For each applied commit: which column it added to which table. */
    private final Queue<Map<String, Integer>> applied = new ConcurrentLinkedQueue<>();

    /** What readers saw: how many columns each table had at one moment. */
    private final Queue<Map<String, Integer>> seen = new ConcurrentLinkedQueue<>();

    private final WatchedFiles files = new WatchedFiles();

    @Test
    void everyCommitIsAppliedToAllItsTablesOrToNone() throws Exception {
        long seed = System.nanoTime();
        System.out.println("RacingCommitsIT seed " + seed);
        DatabaseConfig database = CatalogFixture.newDatabase();
        HikariDataSource pool = CatalogFixture.pool(database);
        try (PostgresCatalog catalog = PostgresCatalog.open(pool, files, "mem://warehouse")) {
            catalog.createNamespace(Namespace.of("race"), Map.of());
            NAMES.forEach(table -> catalog.createTable(table, Changes.SCHEMA));
            race(catalog, database, seed);

            Map<String, Integer> end = look(database);
            assertThat(applied).as("some commits get through").hasSizeGreaterThan(ATTEMPTS_OF_EACH);
            for (TableIdentifier table : NAMES) {
                assertThat(applied.stream()
                                .map(commit -> commit.get(table.name()))
                                .filter(id -> id != null))
                        .as("each applied commit is in " + table + ", once and in one order")
                        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(2, end.get(table.name()))
                                .boxed()
                                .toList());
            }
            assertThat(seen).as("the reader looked").hasSizeGreaterThan(5);
            assertThat(seen).allSatisfy(this::assertWholeCommits);
            assertThat(files.left()).as("refused commits left no files").hasSize(namedFiles(catalog));
        }
    }

    private void assertWholeCommits(Map<String, Integer> moment) {
        for (Map<String, Integer> commit : applied) {
            long tables = commit.entrySet().stream()
                    .filter(added -> moment.get(added.getKey()) >= added.getValue())
                    .count();
            assertThat(tables).as(commit + " in " + moment).isIn(0L, (long) commit.size());
        }
    }

    private void race(PostgresCatalog catalog, DatabaseConfig database, long seed) throws Exception {
        TransactionCommit transactions = new TransactionCommit(catalog);
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 1);
        try {
            Future<?> reader = threads.submit(() -> {
                while (!done.get()) {
                    seen.add(look(database));
                }
                return null;
            });
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                Random random = new Random(seed + writer);
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < ATTEMPTS_OF_EACH; i++) {
                        attempt(catalog, transactions, random);
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get(SECONDS_MAX, TimeUnit.SECONDS);
            }
            done.set(true);
            reader.get(SECONDS_MAX, TimeUnit.SECONDS);
        } finally {
            threads.shutdownNow();
        }
    }

    private void attempt(PostgresCatalog catalog, TransactionCommit transactions, Random random) {
        List<TableIdentifier> shuffled = new ArrayList<>(NAMES);
        Collections.shuffle(shuffled, random);
        List<UpdateTableRequest> changes = new ArrayList<>();
        Map<String, Integer> adds = new HashMap<>();
        for (TableIdentifier table : shuffled.subList(0, 1 + random.nextInt(TABLES))) {
            TableMetadata base = catalog.operations(table).current();
            changes.add(Changes.addColumn(table, base));
            adds.put(table.name(), base.lastColumnId() + 1);
        }
        try {
            if (changes.size() == 1 && random.nextBoolean()) {
                CatalogHandlers.updateTable(catalog, changes.get(0).identifier(), changes.get(0));
            } else {
                transactions.commit(changes);
            }
            applied.add(adds);
        } catch (CommitFailedException e) {
            // Another writer was first: what this test is about.
        }
    }

    /** The columns of all tables at one moment: one statement sees one state of the database. */
    private Map<String, Integer> look(DatabaseConfig database) throws Exception {
        Map<String, Integer> columns = new HashMap<>();
        try (Connection connection = CatalogFixture.connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT table_name, metadata_location FROM iceberg_tables")) {
            while (rows.next()) {
                columns.put(
                        rows.getString(1),
                        TableMetadataParser.read(files, rows.getString(2)).lastColumnId());
            }
        }
        return columns;
    }

    private static int namedFiles(PostgresCatalog catalog) {
        return NAMES.stream()
                .mapToInt(table ->
                        1 + catalog.operations(table).current().previousFiles().size())
                .sum();
    }
}
