package dev.sluice.clickhouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlStatementTest {
    private static SqlStatement parse(String sql) throws EngineException {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        return SqlStatement.parse(bytes, bytes.length, true);
    }

    private static void isInsert(String sql, String statement, String format, String data) throws EngineException {
        SqlStatement parsed = parse(sql);
        assertThat(parsed.kind()).as(sql).isEqualTo(SqlStatement.Kind.INSERT_DATA);
        assertThat(parsed.sql()).isEqualTo(statement);
        assertThat(parsed.format()).isEqualTo(format);
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        assertThat(new String(bytes, parsed.dataStart(), bytes.length - parsed.dataStart(), StandardCharsets.UTF_8))
                .isEqualTo(data);
    }

    @Test
    void cutsTheDataOffAnInsert() throws EngineException {
        isInsert("insert into t values (1)", "insert into t ", "Values", "(1)");
        isInsert("INSERT INTO a.`values` (x) FORMAT TSV\n 1\n", "INSERT INTO a.`values` (x) ", "TSV", " 1\n");
        isInsert("insert into values values(1)", "insert into values ", "Values", "(1)");
        isInsert(
                "INSERT INTO t SETTINGS async_insert=1 FORMAT CSV 1",
                "INSERT INTO t SETTINGS async_insert=1 ",
                "CSV",
                "1");
        isInsert(
                "/* VALUES */ insert into ünï -- format\n values (';')",
                "/* VALUES */ insert into ünï -- format\n ",
                "Values",
                "(';')");
        isInsert(
                "INSERT INTO FUNCTION null('a Int8') VALUES (1)",
                "INSERT INTO FUNCTION null('a Int8') ",
                "Values",
                "(1)");
    }

    @Test
    void keepsBinaryDataAsItIs() throws EngineException {
        byte[] head = "insert into t format RowBinary\n".getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = java.util.Arrays.copyOf(head, head.length + 3);
        bytes[head.length] = '\'';
        bytes[head.length + 1] = (byte) 0xE2;
        assertThat(SqlStatement.parse(bytes, bytes.length, false).dataStart()).isEqualTo(head.length);
    }

    @Test
    void tellsInsertSelectFromInsertWithData() throws EngineException {
        assertThat(parse("insert into t select 1 format TSV").kind()).isEqualTo(SqlStatement.Kind.OTHER);
        assertThat(parse("insert into t (a) with 1 as x select x").kind()).isEqualTo(SqlStatement.Kind.OTHER);
    }

    @Test
    void refusesASecondStatement() throws EngineException {
        assertThatThrownBy(() -> parse("select 1; drop table t")).hasMessageContaining("Multi-statements");
        assertThatThrownBy(() -> parse("select 1;;select 2")).hasMessageContaining("Multi-statements");
        assertThat(parse("select ';' ; -- drop table t\n;").kind()).isEqualTo(SqlStatement.Kind.SELECT);
    }

    @Test
    void findsTheFormatOfASelect() throws EngineException {
        assertThat(parse("select 1 format JSON;").format()).isEqualTo("JSON");
        assertThat(parse("select 1 format JSON settings max_threads=1").format())
                .isEqualTo("JSON");
        assertThat(parse("select format from t").format()).isNull();
        assertThat(parse("select 'format JSON' as a, (select 1 format x) -- format CSV")
                        .format())
                .isNull();
    }

    @Test
    void knowsWhatCanBeStreamed() throws EngineException {
        assertThat(parse(" (select 1) union all (select 2)").kind()).isEqualTo(SqlStatement.Kind.SELECT);
        assertThat(parse("with 1 as x select x").kind()).isEqualTo(SqlStatement.Kind.SELECT);
        assertThat(parse("show tables").kind()).isEqualTo(SqlStatement.Kind.OTHER);
        assertThat(parse("with 1 as x insert into t select x").kind()).isEqualTo(SqlStatement.Kind.OTHER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1 into outfile 'f'",
                "select 1 INTO/**/OUTFILE 'f'",
                "select 1 /* /* */ */ into outfile 'f'",
                "select '\\'' into outfile 'f'",
                "select '''' into outfile 'f'",
                "select $x$'$x$ into outfile 'f'",
                "select \"a\\\"b\" into outfile 'f'",
                "select \u2018'\u2019 into outfile 'f'",
                "select 1 # '\n into outfile 'f'",
                "select 1 -- '\n into outfile 'f'",
                "select 1 /* into outfile 'f' */",
                "insert into t from infile 'f' format TSV",
                "with 1 as x select x into outfile 'f'",
                "explain select 1 into outfile 'f'",
                "select 1 as $x$ into outfile '/p'",
                "select $ ' $ ' $ ' $ into outfile '/x'",
                "select $-$ ' $-$ into outfile '/x' --'",
                "select 'unfinished",
                "select 1 /* unfinished",
                "set role admin",
                " /* */ SET DEFAULT ROLE admin"
            })
    void refusesFilesAndRoles(String sql) {
        assertThatThrownBy(() -> parse(sql)).isInstanceOf(EngineException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 'into outfile'",
                "select \"outfile\", `infile`",
                "select $$into outfile$$",
                "set max_threads=1"
            })
    void letsQuotedWordsPass(String sql) throws EngineException {
        assertThat(parse(sql).kind()).isNotNull();
    }

    @Test
    void endsOnAnyBytes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String alphabet = "'\"`$\\/*-#\n ()[].;,aVALUESFORMATinsert\u00e2\u0080\u0098";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(i % 2 == 0 ? "INSERT " : "SELECT ");
            for (int n = random.nextInt(40); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            try {
                int dataStart = SqlStatement.parse(bytes, bytes.length, true).dataStart();
                assertThat(dataStart).as("seed %d: %s", seed, text).isBetween(0, bytes.length);
            } catch (EngineException e) {
                assertThat(e.code()).as("seed %d: %s", seed, text).isIn(48, 62, 497);
            }
        }
    }
}
