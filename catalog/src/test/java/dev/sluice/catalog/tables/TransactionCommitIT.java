package dev.sluice.catalog.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.catalog.CatalogFixture;
import dev.sluice.catalog.config.CatalogConfig.DatabaseConfig;
import dev.sluice.catalog.tables.FaultyDatabase.Fault;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.ServiceUnavailableException;
import org.apache.iceberg.rest.CatalogHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real database; files in memory, so that it can be seen which ones are left. */
class TransactionCommitIT {
    private static final TableIdentifier A = TableIdentifier.of("n", "a");
    private static final TableIdentifier B = TableIdentifier.of("n", "b");
    private static final TableIdentifier C = TableIdentifier.of("n", "c");

    private final WatchedFiles files = new WatchedFiles();
    private FaultyDatabase database;
    private DatabaseConfig config;
    private PostgresCatalog catalog;
    private TransactionCommit transactions;

    @BeforeEach
    void openACatalogWithThreeTables() {
        config = CatalogFixture.newDatabase();
        HikariConfig pool = CatalogFixture.poolConfig(config);
        database = new FaultyDatabase(CatalogFixture.pool(config));
        pool.setDataSource(database);
        catalog = PostgresCatalog.open(new HikariDataSource(pool), files, "mem://warehouse");
        transactions = new TransactionCommit(catalog);
        catalog.createNamespace(Namespace.of("n"), Map.of());
        for (TableIdentifier table : List.of(A, B, C)) {
            catalog.createTable(table, Changes.SCHEMA);
        }
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    private TableMetadata metadata(TableIdentifier table) {
        return catalog.operations(table).current();
    }

    private List<Integer> columns() {
        return List.of(
                metadata(A).lastColumnId(),
                metadata(B).lastColumnId(),
                metadata(C).lastColumnId());
    }

    private void addColumnToEach(TableIdentifier... tables) {
        transactions.commit(List.of(tables).stream()
                .map(table -> Changes.addColumn(table, metadata(table)))
                .toList());
    }

    /** Every file that was written is one that a table names or has named. */
    private void assertNoFileIsLeftBehind() {
        Set<String> left = files.left();
        for (TableIdentifier table : List.of(A, B, C)) {
            TableMetadata metadata = metadata(table);
            left.remove(metadata.metadataFileLocation());
            metadata.previousFiles().forEach(previous -> left.remove(previous.file()));
        }
        assertThat(left).isEmpty();
    }

    @Test
    void severalTablesChangeTogether() {
        addColumnToEach(C, A, B);

        assertThat(columns()).containsExactly(2, 2, 2);
        assertThat(metadata(A).previousFiles()).hasSize(1);
        assertNoFileIsLeftBehind();
    }

    @Test
    void aRequirementThatDoesNotHoldForOneTableLeavesAllAsTheyWere() {
        TableMetadata old = metadata(B);
        addColumnToEach(B);

        assertThatThrownBy(() ->
                        transactions.commit(List.of(Changes.addColumn(A, metadata(A)), Changes.addColumn(B, old))))
                .isInstanceOf(CommitFailedException.class);

        assertThat(columns()).containsExactly(1, 2, 1);
        assertNoFileIsLeftBehind();
    }

    @Test
    void aTableThatMovesWhileTheCommitIsWrittenLeavesAllAsTheyWere() {
        files.duringNextWrite(() -> addColumnToEach(C));

        assertThatThrownBy(() -> addColumnToEach(A, B, C)).isInstanceOf(CommitFailedException.class);

        assertThat(columns()).containsExactly(1, 1, 2);
        assertNoFileIsLeftBehind();
    }

    @Test
    void aTableThatIsOnlyCheckedMustNotMoveEither() {
        transactions.commit(List.of(Changes.check(A, metadata(A)), Changes.addColumn(B, metadata(B))));
        assertThat(columns()).containsExactly(1, 2, 1);

        files.duringNextWrite(() -> addColumnToEach(A));
        assertThatThrownBy(() ->
                        transactions.commit(List.of(Changes.check(A, metadata(A)), Changes.addColumn(B, metadata(B)))))
                .isInstanceOf(CommitFailedException.class);

        assertThat(columns()).containsExactly(2, 2, 1);
        assertNoFileIsLeftBehind();
    }

    @Test
    void aTableDroppedWhileTheCommitIsWrittenLeavesTheOthersAsTheyWere() {
        files.duringNextWrite(() -> catalog.dropTable(C, false));

        assertThatThrownBy(() -> addColumnToEach(A, C)).isInstanceOf(CommitFailedException.class);

        assertThat(metadata(A).lastColumnId()).isEqualTo(1);
    }

    @Test
    void aStoreThatFailsForOneTableLeavesAllAsTheyWereAndNoFiles() {
        files.duringNextWrite(() -> {
            throw new IllegalStateException("store is full");
        });

        assertThatThrownBy(() -> addColumnToEach(A, B, C)).hasMessage("store is full");

        assertThat(columns()).containsExactly(1, 1, 1);
        assertNoFileIsLeftBehind();
    }

    @Test
    void aNewTableMayComeTogetherWithAChange() {
        TableIdentifier fresh = TableIdentifier.of("n", "fresh");
        transactions.commit(List.of(Changes.create(fresh), Changes.addColumn(A, metadata(A))));

        assertThat(metadata(fresh).schema().columns()).hasSize(1);
        assertThat(metadata(A).lastColumnId()).isEqualTo(2);
        assertThatThrownBy(() -> transactions.commit(List.of(Changes.create(fresh), Changes.addColumn(A, metadata(A)))))
                .isInstanceOf(AlreadyExistsException.class);
        assertThat(metadata(A).lastColumnId()).isEqualTo(2);
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        TableIdentifier missing = TableIdentifier.of("n", "missing");
        assertThatThrownBy(() -> transactions.commit(
                        List.of(Changes.addColumn(A, metadata(A)), Changes.addColumn(A, metadata(A)))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> transactions.commit(List.of(Changes.addColumn(missing, metadata(A)))))
                .isInstanceOf(NoSuchTableException.class);
        assertThatThrownBy(() -> transactions.commit(List.of(Changes.create(TableIdentifier.of("no", "namespace")))))
                .isInstanceOf(NoSuchNamespaceException.class);
        assertThat(columns()).containsExactly(1, 1, 1);
    }

    @Test
    void aLostAnswerOfAnAppliedCommitIsUnknownAndDeletesNothing() {
        database.inject(Fault.LOSE_ANSWER_OF_COMMIT);

        assertThatThrownBy(() -> addColumnToEach(A, B)).isInstanceOf(CommitStateUnknownException.class);

        assertThat(database.fired()).isEqualTo(1);
        assertThat(columns()).as("applied, and readable").containsExactly(2, 2, 1);
    }

    @Test
    void aCommitThatNeverArrivedIsUnknownAndDeletesNothing() {
        int before = files.left().size();
        database.inject(Fault.CUT_ON_THE_WAY_TO_COMMIT);

        assertThatThrownBy(() -> addColumnToEach(A, B)).isInstanceOf(CommitStateUnknownException.class);

        assertThat(database.fired()).isEqualTo(1);
        assertThat(columns()).containsExactly(1, 1, 1);
        assertThat(files.left()).as("nobody can tell, so the files stay").hasSize(before + 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CUT_BEFORE_COMMIT", "REFUSE_COMMIT"})
    void whatCertainlyFailedIsNotAppliedAndLeavesNoFiles(Fault fault) {
        database.inject(fault);

        assertThatThrownBy(() -> addColumnToEach(A, B)).isInstanceOf(ServiceUnavailableException.class);

        assertThat(database.fired()).isEqualTo(1);
        assertThat(columns()).containsExactly(1, 1, 1);
        assertNoFileIsLeftBehind();
    }

    /** A server that ends the connection while it commits: a fault of PostgreSQL itself, not of our double. */
    @Test
    void aServerThatDiesInItsCommitLeavesTheOutcomeUnknown() {
        CatalogFixture.execute(config, """
                CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
                CREATE CONSTRAINT TRIGGER die AFTER UPDATE ON iceberg_tables
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()
                """);
        int before = files.left().size();

        assertThatThrownBy(() -> addColumnToEach(A, B)).isInstanceOf(CommitStateUnknownException.class);

        assertThat(files.left()).hasSize(before + 2);
        CatalogFixture.execute(config, "DROP TRIGGER die ON iceberg_tables");
        assertThat(columns()).containsExactly(1, 1, 1);
        addColumnToEach(A, B);
        assertThat(columns()).containsExactly(2, 2, 1);
    }

    /** Commits of one table take the same way, through Iceberg's handler. */
    @Test
    void aSingleTableEndsInTheSameThreeWays() {
        database.inject(Fault.LOSE_ANSWER_OF_COMMIT);
        assertThatThrownBy(() -> CatalogHandlers.updateTable(catalog, A, Changes.addColumn(A, metadata(A))))
                .isInstanceOf(CommitStateUnknownException.class);
        assertThat(metadata(A).lastColumnId()).isEqualTo(2);

        database.inject(Fault.CUT_BEFORE_COMMIT);
        assertThatThrownBy(() -> CatalogHandlers.updateTable(catalog, A, Changes.addColumn(A, metadata(A))))
                .isInstanceOf(ServiceUnavailableException.class);
        TableMetadata old = metadata(A);
        CatalogHandlers.updateTable(catalog, A, Changes.addColumn(A, old));
        assertThatThrownBy(() -> CatalogHandlers.updateTable(catalog, A, Changes.addColumn(A, old)))
                .isInstanceOf(CommitFailedException.class);

        assertThat(database.fired()).isEqualTo(2);
        assertThat(metadata(A).lastColumnId()).isEqualTo(3);
        assertNoFileIsLeftBehind();
    }

    @Test
    void aTableMadeAgainUnderAnOldNameHasAnotherPlace() {
        String old = metadata(A).location();
        catalog.dropTable(A, false);
        catalog.createTable(A, Changes.SCHEMA);

        assertThat(metadata(A).location()).isNotEqualTo(old);
    }

    @Test
    void propertiesOfANamespaceChangeTogether() {
        Namespace namespace = Namespace.of("n");
        catalog.setProperties(namespace, Map.of("x", "1", "y", "1"));
        String tooLong = "v".repeat(300_000);

        assertThatThrownBy(() -> catalog.setProperties(namespace, Map.of("x", "2", "y", "2", "z", tooLong)))
                .isInstanceOf(RuntimeException.class);

        assertThat(catalog.loadNamespaceMetadata(namespace))
                .containsEntry("x", "1")
                .containsEntry("y", "1")
                .doesNotContainKey("z");
    }

    @Test
    void levelsThatTheDatabaseCouldNotTellApartAreRefused() {
        for (String level : List.of("a.b", "", "a\u001Fb", "a\nb")) {
            assertThatThrownBy(() -> catalog.createNamespace(Namespace.of("n", level), Map.of()))
                    .as(level)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
