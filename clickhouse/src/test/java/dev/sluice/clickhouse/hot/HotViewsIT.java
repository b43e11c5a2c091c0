package dev.sluice.clickhouse.hot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.clickhouse.server.RunningServer;
import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.Secret;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views of a folder in the real engine; each test has a database of its own. */
class HotViewsIT {
    @TempDir
    static Path home;

    private static RunningServer server;
    private static int databases;

    @TempDir
    Path folder;

    private String database;
    private HotViews views;

    @BeforeAll
    static void startServer() throws Exception {
        server = RunningServer.start(home);
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void newDatabase() throws Exception {
        database = "it's " + databases++;
        views = new HotViews(spec(server.url()));
        sql("CREATE DATABASE `" + database + "`");
        sql("CREATE TABLE `" + database + "`.orders (id Int64) ENGINE = MergeTree ORDER BY id");
        sql("INSERT INTO `" + database + "`.orders VALUES (1), (2)");
    }

    @Test
    void everySqlFileIsAViewAndOtherFilesAreNot() throws Exception {
        file("one.sql", "-- a comment\nSELECT count() AS n FROM `" + database + "`.orders;\n");
        file("two.sql", "SELECT n + 1 AS n FROM `" + database + "`.one");
        file("notes.md", "not SQL");
        assertThat(views.create(folder)).containsExactly("one", "two");
        assertThat(value("one")).isEqualTo("2");
        assertThat(value("two")).isEqualTo("3");
    }

    @Test
    void aChangedFileReplacesItsViewAndAnUnknownViewIsLeftAlone() throws Exception {
        sql("CREATE VIEW `" + database + "`.own AS SELECT 7 AS n");
        file("one.sql", "SELECT 1 AS n");
        views.create(folder);
        file("one.sql", "SELECT 'changed' AS n");
        views.create(folder);
        assertThat(value("one")).isEqualTo("changed");
        assertThat(value("own")).isEqualTo("7");
    }

    @Test
    void aBrokenFileIsNamedAndAllViewsStayAsTheyWere() throws Exception {
        file("a.sql", "SELECT 'it''s a, before' AS n");
        file("c.sql", "SELECT 'c, before' AS n");
        views.create(folder);
        file("a.sql", "SELECT 'a, after' AS n");
        file("added.sql", "SELECT 1 AS n");
        Path broken = file("b.sql", "SELECT no_such_column FROM `" + database + "`.orders");
        file("c.sql", "SELECT 'c, after' AS n");

        SluiceException refusal = catchThrowableOfType(SluiceException.class, () -> views.create(folder));
        assertThat(refusal.code()).isEqualTo(ErrorCode.E0902);
        assertThat(refusal.reason()).contains(broken.toString()).contains("no_such_column");
        assertThat(refusal.fix()).isNotEmpty();
        assertThat(refusal.getSuppressed()).isEmpty();
        assertThat(refusal.getMessage()).doesNotContain(RunningServer.PASSWORD);
        assertThat(value("a")).isEqualTo("it's a, before");
        assertThat(value("c")).isEqualTo("c, before");
        assertThat(names()).containsExactly("a", "c", "orders");
    }

    @Test
    void aFileWithoutAStatementIsRefusedByName() throws Exception {
        Path empty = file("empty.sql", "-- nothing\n");
        assertThatThrownBy(() -> views.create(folder)).hasMessageContaining(empty.toString());
        assertThat(names()).containsExactly("orders");
    }

    @Test
    void aFileNamedLikeAHotTableNeverReplacesIt() throws Exception {
        file("another.sql", "SELECT 1 AS n");
        Path file = file("orders.sql", "SELECT 1 AS id");
        assertThatThrownBy(() -> views.create(folder))
                .hasMessageContaining("E0902")
                .hasMessageContaining(file.toString());
        assertThat(sql("SELECT count() FROM `" + database + "`.orders")).isEqualTo("2");
        assertThat(names()).containsExactly("orders");
    }

    @Test
    void aNameThatIsNoneIsRefusedBeforeAnythingIsMade() throws Exception {
        file("a.sql", "SELECT 1 AS n");
        Path file = file("Wrong name.sql", "SELECT 1 AS n");
        assertThatThrownBy(() -> views.create(folder)).hasMessageContaining(file.toString());
        assertThat(names()).containsExactly("orders");
    }

    @Test
    void aFolderOrFileThatCannotBeReadIsNamed() throws Exception {
        Path absent = folder.resolve("absent");
        assertThatThrownBy(() -> views.create(absent))
                .hasMessageContaining("E0105")
                .hasMessageContaining(absent.toString());
        file("a.sql", "SELECT 1 AS n");
        Path unreadable = Files.createDirectory(folder.resolve("folder.sql"));
        assertThatThrownBy(() -> views.create(folder))
                .hasMessageContaining("E0105")
                .hasMessageContaining(unreadable.toString());
        assertThat(names()).containsExactly("orders");
    }

    @Test
    void theTablesAreThereOnceEveryOneOfThemIs() throws Exception {
        sql("CREATE VIEW `" + database + "`.other AS SELECT 1 AS n");
        sql("CREATE VIEW `" + database + "`.another AS SELECT 1 AS n");
        assertThat(views.tablesExist()).as("views do not count").isFalse();
        sql("CREATE TABLE `" + database + "`._sluice_progress (lsn UInt64) ENGINE = MergeTree ORDER BY lsn");
        assertThat(views.tablesExist()).isTrue();
    }

    @Test
    void aServerThatDoesNotAnswerIsNamed() throws Exception {
        file("a.sql", "SELECT 1 AS n");
        String nowhere = "http://127.0.0.1:1";
        assertThatThrownBy(() -> new HotViews(spec(nowhere)).create(folder))
                .hasMessageContaining("E0901")
                .hasMessageContaining(nowhere);
    }

    private HotSpec spec(String url) {
        return new HotSpec(
                url,
                RunningServer.USER,
                new Secret(RunningServer.PASSWORD),
                database,
                List.of("orders"),
                Optional.empty(),
                Duration.ofDays(8),
                250);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private String value(String view) throws Exception {
        return sql("SELECT n FROM `" + database + "`." + view + " FORMAT TSVRaw");
    }

    private List<String> names() throws Exception {
        return sql("SELECT name FROM system.tables WHERE database = '" + database.replace("'", "\\'")
                        + "' ORDER BY name")
                .lines()
                .toList();
    }

    private static String sql(String statement) throws Exception {
        return server.sql(statement);
    }
}
