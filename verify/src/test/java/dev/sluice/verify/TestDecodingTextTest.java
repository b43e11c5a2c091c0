package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.verify.ComparedTable.Relation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The texts are such as PostgreSQL's test_decoding writes them; VerifierIndependenceIT asks a server for its own. */
final class TestDecodingTextTest {
    private final RecordedChanges items = new RecordedChanges(TestTable.of("items", "id", "note", "body"));
    private final RecordedChanges odd = new RecordedChanges(TestTable.of("Odd \"name\", b", "ID", "a b", "x\"y"));
    private final Map<Relation, RowChanges> tables =
            Map.of(new Relation("public", "items"), items, new Relation("My.schema", "Odd \"name\", b"), odd);

    private int read(String text) {
        return TestDecodingText.read(text, tables);
    }

    @Test
    void readsTheThreeKindsOfChanges() {
        assertThat(read("table public.items: INSERT: id[integer]:1 note[text]:'a' body[text]:null"))
                .isEqualTo(1);
        read("table public.items: UPDATE: id[integer]:1 note[text]:'b' body[text]:unchanged-toast-datum");
        read("table public.items: UPDATE: old-key: id[integer]:1 new-tuple: id[integer]:2 note[text]:'b'"
                + " body[text]:unchanged-toast-datum");
        read("table public.items: DELETE: id[integer]:2");
        assertThat(items.seen)
                .containsExactly(
                        "inserted [1, a, NULL]",
                        "updated [1, b, (unchanged)]",
                        "updated [1, (absent), (absent)] to [2, b, (unchanged)]",
                        "deleted [2, (absent), (absent)]");
    }

    @Test
    void whatIsNoChangeOfAComparedTableIsNotLookedAt() {
        assertThat(read("BEGIN")).isZero();
        assertThat(read("COMMIT")).isZero();
        assertThat(read("message: transactional: 1 prefix: sluice, sz: 4 content:table"))
                .isZero();
        assertThat(read("table public.item: INSERT: id[integer]:1")).isZero();
        assertThat(read("table other.items: INSERT: id[integer]:1")).isZero();
        assertThat(items.seen).isEmpty();
    }

    @Test
    void aTextThatLooksLikeSyntaxIsAText() {
        read("table public.items: INSERT: id[integer]:1 note[text]:' new-tuple: id[integer]:7'' (no-tuple-data)'"
                + " body[text]:'null'");
        assertThat(items.seen).containsExactly("inserted [1,  new-tuple: id[integer]:7' (no-tuple-data), null]");
    }

    @Test
    void aBackslashStandsForItselfAndAnEmptyTextIsNotNull() {
        read("table public.items: INSERT: id[integer]:1 note[bytea]:'\\xdeadbeef' body[text]:''");
        assertThat(items.seen).containsExactly("inserted [1, \\xdeadbeef, ]");
    }

    @Test
    void typesWithBracketsBlanksAndQuotesEndWhereTheyEnd() {
        read("table public.items: INSERT: id[character varying[]]:'{1}' note[timestamp with time zone]:'2026-01-01'"
                + " body[\"odd]:\"\"type\"]:'x'");
        assertThat(items.seen).containsExactly("inserted [{1}, 2026-01-01, x]");
    }

    @Test
    void booleansAreLettersAndBitsAreDigits() {
        read("table public.items: INSERT: id[boolean]:true note[boolean]:false body[bit]:B'0101'");
        assertThat(items.seen).containsExactly("inserted [t, f, 0101]");
    }

    @Test
    void quotedIdentifiersAreReadAsTheyWereGiven() {
        read(
                "table \"My.schema\".\"Odd \"\"name\"\", b\": INSERT: \"ID\"[integer]:1 \"a b\"[text]:'x' \"x\"\"y\"[text]:'z'");
        assertThat(odd.seen).containsExactly("inserted [1, x, z]");
    }

    @Test
    void aColumnThatIsNotComparedIsPassedOver() {
        read("table public.items: INSERT: id[integer]:1 secret[text]:'it''s: [text]:' note[text]:'a' body[text]:'b'");
        assertThat(items.seen).containsExactly("inserted [1, a, b]");
    }

    @Test
    void oneTruncateConcernsAllTablesThatItNames() {
        assertThat(read("table public.other, public.items, \"My.schema\".\"Odd \"\"name\"\", b\": TRUNCATE:"
                        + " restart_seqs cascade"))
                .isEqualTo(2);
        assertThat(items.seen).containsExactly("truncated");
        assertThat(odd.seen).containsExactly("truncated");
    }

    @Test
    void aChangeWithoutIdentityIsRefused() {
        assertThatThrownBy(() -> read("table public.items: DELETE: (no-tuple-data)"))
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E1202))
                .hasMessageContaining("replica identity");
    }

    @Test
    void aTextThatEndsTooEarlyIsRefusedOrGivesNoWrongValueAndNeverShowsData() {
        String whole = "table public.items: UPDATE: old-key: id[integer]:17 new-tuple: id[integer]:18"
                + " note[\"a t\"]:'secret''s' body[text]:'secret'";
        List<Integer> readAnyway = new ArrayList<>();
        for (int length = "table ".length(); length < whole.length(); length++) {
            items.seen.clear();
            try {
                if (read(whole.substring(0, length)) > 0) {
                    readAnyway.add(length);
                }
            } catch (SluiceException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.E1202);
                assertThat(e.getMessage()).doesNotContain("secret");
            }
        }
        // The text has no end of its own: one that stops between two columns, or within a number, is a shorter one, and
        // what it lacks is absent, which nobody takes for a value.
        assertThat(readAnyway)
                .allSatisfy(length ->
                        assertThat(whole.substring(0, length)).matches("(?s).*(UPDATE:|new-tuple:|:1|:18|''?)$"));
    }

    @Test
    void whateverIsWrittenByTheRulesIsReadBack() {
        long seed = System.nanoTime();
        System.out.println("TestDecodingTextTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            String[] columns = {name(random), name(random) + "2", name(random) + "3"};
            ComparedTable table = TestTable.of(name(random), columns);
            RecordedChanges changes = new RecordedChanges(table);
            Map<Relation, RowChanges> only = new HashMap<>();
            only.put(new Relation("public", table.spec().name()), changes);
            String[] row = {value(random), value(random), value(random)};
            StringBuilder text = new StringBuilder("table public.")
                    .append(identifier(table.spec().name()))
                    .append(": INSERT:");
            for (int i = 0; i < row.length; i++) {
                text.append(' ')
                        .append(identifier(columns[i]))
                        .append("[text]:")
                        .append(literal(row[i]));
            }
            assertThat(TestDecodingText.read(text.toString(), only))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(1);
            assertThat(changes.seen)
                    .as("seed %d: %s", seed, text)
                    .containsExactly("inserted " + TestTable.texts(TestTable.row(row)));
        }
    }

    private static String name(Random random) {
        return pick(random, 1 + random.nextInt(8), "abz_09AZ\" .,:[]'$ä-");
    }

    private static String value(Random random) {
        return random.nextInt(8) == 0 ? null : pick(random, random.nextInt(12), "ab'\"\\ \n\t:[],{}0ä漢");
    }

    private static String pick(Random random, int length, String from) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(from.charAt(random.nextInt(from.length())));
        }
        return text.toString();
    }

    /** As quote_identifier does: quoted unless it is of small letters, digits and underscores, and begins with no digit. */
    private static String identifier(String name) {
        return name.matches("[a-z_][a-z0-9_]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String literal(String value) {
        return value == null ? "null" : "'" + value.replace("'", "''") + "'";
    }
}
