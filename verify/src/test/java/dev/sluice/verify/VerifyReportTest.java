package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.verify.VerifyReport.Difference;
import dev.sluice.verify.VerifyReport.Kind;
import dev.sluice.verify.VerifyReport.State;
import dev.sluice.verify.VerifyReport.TableReport;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What somebody reads who has asked whether lake and source are equal. */
final class VerifyReportTest {
    private static TableReport table(String name, State state, Difference... differences) {
        return new TableReport(
                name,
                state,
                10,
                9,
                1,
                "aa",
                "bb",
                Long.MAX_VALUE,
                new Lsn(255),
                0.5,
                "",
                List.of(),
                List.of(differences),
                false);
    }

    private static VerifyReport report(TableReport... tables) {
        return new VerifyReport("shop", new Lsn(0x1_0000_00FFL), "test_decoding", List.of(tables), 7, 1.25);
    }

    @Test
    void allEqualIsEqualAndOneDifferenceIsDifferent() {
        TableReport equal = table("public.a", State.EQUAL);
        TableReport stopped = TableReport.notCompared("public.b", State.STOPPED, List.of("stopped at 0/1: E0404"));
        TableReport different = table("public.c", State.DIFFERENT);
        assertThat(report(equal).state()).isEqualTo(State.EQUAL);
        assertThat(report(equal, stopped).state()).isEqualTo(State.INCOMPLETE);
        assertThat(report(equal, stopped, different).state()).isEqualTo(State.DIFFERENT);
        assertThat(report(equal, stopped).equal()).isFalse();
    }

    @Test
    void whatWasNotComparedIsNeverTakenForEqual() {
        for (State state : new State[] {State.STOPPED, State.NOT_FOLLOWED, State.NOT_LOADED}) {
            VerifyReport report = report(TableReport.notCompared("public.a", state, List.of("why")));
            assertThat(report.equal()).as(state.name()).isFalse();
            assertThatThrownBy(report::orThrow)
                    .isInstanceOfSatisfying(
                            SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E1202))
                    .hasMessageContaining("why");
        }
    }

    @Test
    void aDifferenceIsThrownWithItsKeysAndItsPosition() {
        VerifyReport report =
                report(table("public.a", State.DIFFERENT, new Difference(Kind.DIFFERENT, "id=7", List.of("n", "t"))));
        assertThatThrownBy(report::orThrow)
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E1201))
                .hasMessageContaining("1/FF")
                .hasMessageContaining("different id=7 in n, t");
        assertThat(report(table("public.a", State.EQUAL)).orThrow()).isNotNull();
    }

    @Test
    void theTextNamesTheVerdictTheDeadLettersAndHowItWasRead() {
        String text = report(table("public.a", State.EQUAL)).text();
        assertThat(text)
                .startsWith("pipeline shop at LSN 1/FF")
                .contains("1 of its rows are dead letters (E0401)")
                .contains("EQUAL: 10 rows in 1 tables, 7 changes replayed (test_decoding)");
        assertThat(report(table("public.a", State.DIFFERENT)).text()).contains("DIFFERENT: 10 rows");
        assertThat(report(TableReport.notCompared("public.a", State.NOT_LOADED, List.of()))
                        .text())
                .contains("NOT LOADED")
                .contains("INCOMPLETE: 0 rows");
    }

    @Test
    void theJsonHoldsAllThatTheTextDoes() throws Exception {
        JsonNode json = new ObjectMapper()
                .readTree(report(
                                table(
                                        "public.\"a\"",
                                        State.DIFFERENT,
                                        new Difference(Kind.EXTRA, "id=\"1\"\n", List.of())),
                                TableReport.notCompared("public.b", State.NOT_FOLLOWED, List.of("since 0/1")))
                        .json());
        assertThat(json.path("pipeline").asText()).isEqualTo("shop");
        assertThat(json.path("lsn").asText()).isEqualTo("1/FF");
        assertThat(json.path("equal").asBoolean(true)).isFalse();
        assertThat(json.path("state").asText()).isEqualTo("different");
        assertThat(json.path("changesReplayed").asLong()).isEqualTo(7);
        JsonNode first = json.path("tables").get(0);
        assertThat(first.path("table").asText()).isEqualTo("public.\"a\"");
        assertThat(first.path("quarantined").asLong()).isEqualTo(1);
        // A number of 64 bits would be rounded by many readers of JSON.
        assertThat(first.path("snapshotId").isTextual()).isTrue();
        assertThat(first.path("snapshotId").asText()).isEqualTo("9223372036854775807");
        assertThat(first.path("differences").get(0).path("kind").asText()).isEqualTo("extra");
        assertThat(first.path("differences").get(0).path("key").asText()).isEqualTo("id=\"1\"\n");
        assertThat(json.path("tables").get(1).path("state").asText()).isEqualTo("not followed");
        assertThat(json.path("tables").get(1).path("findings").get(0).asText()).isEqualTo("since 0/1");
    }
}
