package dev.sluice.ingest.source.postgres.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.source.postgres.TestPostgres;
import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.Secret;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.PostgresSql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SourceCatalogueIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();

    private static List<SourceTable> read(PostgresSourceSpec spec) {
        return SourceCatalogue.read(POSTGRES.connector(), spec, "sluice_catalogue");
    }

    private static PostgresSourceSpec excluding(String table, String... columns) {
        PostgresSourceSpec all = POSTGRES.spec(table);
        return new PostgresSourceSpec(
                all.host(),
                all.port(),
                all.database(),
                all.user(),
                all.password(),
                all.sslMode(),
                List.of(new TableSpec("public", table, List.of(columns))));
    }

    @Test
    void mapsEveryTypeThatIsCarried() {
        POSTGRES.run(
                "create type mood as enum ('fine', 'so''so')",
                "create domain amount as numeric(10,3) check (value > 0)",
                "create domain amounts as amount",
                """
                create table all_types (id bigint primary key, a boolean, b smallint, c integer, d real,
                    e double precision, f numeric(38,9), g numeric, h numeric(60,5), i text, j varchar(9), k char(3),
                    l name, m uuid, n date, o time(3), p timestamp, q timestamptz, r bytea, s json, t jsonb, u mood,
                    v amounts, w int[], x text[], y numeric(5,2)[], z mood[], made int generated always as (c + 1) stored)
                """);
        List<SourceColumn> columns = read(POSTGRES.spec("all_types")).get(0).columns();
        assertThat(columns.stream().map(SourceColumn::type))
                .containsExactly(
                        Scalar.BIGINT,
                        Scalar.BOOLEAN,
                        Scalar.SMALLINT,
                        Scalar.INTEGER,
                        Scalar.REAL,
                        Scalar.DOUBLE,
                        new ColumnType.Numeric(38, 9),
                        Scalar.NUMERIC_TEXT,
                        Scalar.NUMERIC_TEXT,
                        Scalar.TEXT,
                        Scalar.TEXT,
                        Scalar.TEXT,
                        Scalar.TEXT,
                        Scalar.UUID,
                        Scalar.DATE,
                        Scalar.TIME,
                        Scalar.TIMESTAMP,
                        Scalar.TIMESTAMPTZ,
                        Scalar.BYTEA,
                        Scalar.TEXT,
                        Scalar.JSONB,
                        Scalar.TEXT,
                        new ColumnType.Numeric(10, 3),
                        new ColumnType.Array(Scalar.INTEGER),
                        new ColumnType.Array(Scalar.TEXT),
                        new ColumnType.Array(new ColumnType.Numeric(5, 2)),
                        new ColumnType.Array(Scalar.TEXT));
        assertThat(columns).extracting(SourceColumn::name).doesNotContain("made");
        assertThat(SourceCatalogue.generatedColumns(POSTGRES.connector(), read(POSTGRES.spec("all_types"))))
                .containsExactly("public.all_types.made");
    }

    @Test
    void findsTheRealKeyInTheOrderOfItsIndex() {
        POSTGRES.run(
                "create table parent (x int primary key)",
                "create table \"Odd \"\"Name\" (a int references parent, \"B b\" text not null, c int not null,"
                        + " primary key (c, a))",
                "create unique index odd_index on \"Odd \"\"Name\" (\"B b\", c) include (a)",
                "create table by_index (a int, b text not null, c int not null)",
                "create unique index by_index_key on by_index (c, b)",
                "alter table by_index replica identity using index by_index_key");
        List<SourceTable> tables = read(POSTGRES.spec("Odd \"Name", "by_index"));
        assertThat(tables.get(0).keyColumns()).containsExactly(2, 0);
        assertThat(tables.get(1).keyColumns()).containsExactly(2, 1);
    }

    @Test
    void tellsEveryProblemAtOnceAndWritesNothing() {
        POSTGRES.run(
                "create table no_key (a int)",
                "create table late_key (a int primary key deferrable)",
                "create table nothing (a int primary key)",
                "alter table nothing replica identity nothing",
                "create table float_key (a double precision primary key)",
                "create table strange (a int primary key, p point, s interval, t tsvector)",
                "create table parted (a int primary key) partition by range (a)",
                "create view seen as select 1 as a");
        assertThatThrownBy(() -> read(POSTGRES.spec(
                        "no_key", "late_key", "nothing", "float_key", "strange", "parted", "seen", "absent")))
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining("public.no_key has no primary key")
                .hasMessageContaining("ALTER TABLE \"public\".\"no_key\"")
                .hasMessageContaining("public.late_key")
                .hasMessageContaining("public.nothing has REPLICA IDENTITY NOTHING")
                .hasMessageContaining("public.float_key.a is a floating-point number")
                .hasMessageContaining("public.strange.p has the type point")
                .hasMessageContaining("public.strange.s has the type interval")
                .hasMessageContaining("public.strange.t has the type tsvector")
                .hasMessageContaining("{name: public.strange, exclude: [p, s, t]}")
                .hasMessageContaining("public.parted is a partitioned table")
                .hasMessageContaining("public.seen is a view")
                .hasMessageContaining("public.absent does not exist");
        assertThat(POSTGRES.one("select count(*) from pg_publication where pubname = 'sluice_catalogue'"))
                .isEqualTo("0");
    }

    @Test
    void excludedColumnsAreLeftOutAndNeedNotExist() {
        POSTGRES.run("create table secrets (a int primary key, p point, s text)");
        assertThat(read(excluding("secrets", "p", "s")).get(0).columns())
                .extracting(SourceColumn::name)
                .containsExactly("a");
        assertThat(read(excluding("secrets", "p", "gone")).get(0).columns())
                .extracting(SourceColumn::name)
                .containsExactly("a", "s");
        POSTGRES.run("alter table secrets replica identity full");
        SourceTable whole = read(excluding("secrets", "p")).get(0);
        assertThat(whole.identityFull()).isTrue();
        assertThat(whole.excludedColumns()).containsExactly("p");
        PostgresSourceSpec reader = excluding("secrets", "p");
        PostgresSourceSpec source = new PostgresSourceSpec(
                reader.host(),
                reader.port(),
                reader.database(),
                reader.user(),
                reader.password(),
                reader.sslMode(),
                reader.tables(),
                true);
        assertThatThrownBy(() -> read(source))
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0210))
                .hasMessageContaining("exclude-at: reader");
    }

    @Test
    void aServerThatIsNotThereAndARoleThatIsNotKnownAreToldApart() {
        PostgresSourceSpec spec = POSTGRES.spec("x");
        var nowhere = new dev.sluice.ingest.source.postgres.connection.PostgresConnector(
                new PostgresSourceSpec("127.0.0.1", 1, "postgres", "u", new Secret("geheim"), "disable", List.of()),
                "test");
        assertThatThrownBy(nowhere::query)
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0201))
                .hasMessageNotContaining("geheim");
        var stranger = new dev.sluice.ingest.source.postgres.connection.PostgresConnector(
                new PostgresSourceSpec(
                        spec.host(),
                        spec.port(),
                        "postgres",
                        "nobody_here",
                        new Secret("geheim"),
                        "disable",
                        List.of()),
                "test");
        assertThatThrownBy(stranger::query)
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0202))
                .hasMessageNotContaining("geheim");
    }

    @Test
    void whateverIsQuotedIsReadBackByTheServerAsItself() throws SQLException {
        String letters = "\"'`\\;.-/*$ \n\t\u0001\u00e4\u4e16\u202eaZ0_{}?";
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>(List.of("x".repeat(63)));
        while (texts.size() < 150) {
            texts.add(random.ints(1 + random.nextInt(20), 0, letters.length())
                    .mapToObj(at -> letters.substring(at, at + 1))
                    .collect(Collectors.joining()));
        }
        String select = texts.stream()
                .map(text -> PostgresSql.literal(text) + " as " + PostgresSql.identifier(text))
                .collect(Collectors.joining(", ", "select ", ""));
        for (String conforming : List.of("on", "off")) {
            try (Connection connection = POSTGRES.connector().query();
                    Statement statement = connection.createStatement()) {
                statement.setEscapeProcessing(false);
                statement.execute("set standard_conforming_strings = " + conforming);
                try (ResultSet row = statement.executeQuery(select)) {
                    row.next();
                    for (int i = 0; i < texts.size(); i++) {
                        assertThat(row.getString(i + 1)).as("seed %d", seed).isEqualTo(texts.get(i));
                        assertThat(row.getMetaData().getColumnLabel(i + 1))
                                .as("seed %d", seed)
                                .isEqualTo(texts.get(i));
                    }
                }
            }
        }
    }
}
