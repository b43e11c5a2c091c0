package dev.sluice.torture.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.torture.check.Finding.Check;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The hot table beside the source at the position that it states: a right one, and the planted bug that is ClickHouse's. */
class HotCheckTest {
    private final PlantedCase planted = new PlantedCase();

    @AfterEach
    void close() throws IOException {
        planted.close();
    }

    @Test
    void aHotTableThatEqualsTheSourceWhereItSaysIsFoundRightAheadOfTheLakeAndBehindIt() throws Exception {
        planted.loadedAndOne();
        planted.hot.shows(5, 5);
        planted.checker.round();
        assertThat(planted.checker.hotReadings())
                .as("the lake is not there yet")
                .isZero();
        planted.lake.commit(3, 6, PlantedCase.HONEST);
        planted.checker.round();
        assertThat(planted.checker.hotReadings()).isEqualTo(1);
        planted.hot.shows(1, 1);
        planted.checker.round();
        assertThat(planted.checker.hotReadings()).isEqualTo(2);
        assertThat(planted.checker.findings().first()).isEmpty();
    }

    /** Number twelve of the design. */
    @Test
    void aBatchIsCountedTwice() throws Exception {
        planted.loadedAndOne();
        List<byte[][]> rows = planted.hot.shows(2, 2);
        rows.add(rows.getFirst());
        planted.assertFound(Check.HOT);
        assertThat(planted.keys()).containsExactly("twice id=1");
    }

    @Test
    void aHotTableIsBehindWhatItStates() throws Exception {
        planted.loadedAndOne();
        planted.hot.shows(1, 2);
        planted.assertFound(Check.HOT);
        assertThat(planted.keys()).containsExactly("differs id=1 in balance");
    }

    @Test
    void aHotTableThatIsFarBehindIsNotWhatItStatesEither() throws Exception {
        planted.loadedAndOne();
        planted.lake.commit(3, 8, PlantedCase.HONEST);
        planted.checker.round();
        planted.hot.shows(1, 6);
        planted.assertFound(Check.HOT);
    }

    @Test
    void aRowIsMissing() throws Exception {
        planted.loadedAndOne();
        planted.hot.shows(2, 2).removeLast();
        planted.assertFound(Check.HOT);
        assertThat(planted.keys()).containsExactly("missing id=4");
    }
}
