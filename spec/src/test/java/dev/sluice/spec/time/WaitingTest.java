package dev.sluice.spec.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WaitingTest {
    private final List<Duration> pauses = new ArrayList<>();
    private long now = Long.MAX_VALUE - 5;

    private final Ticker ticker = new Ticker() {
        @Override
        public long nanos() {
            return now;
        }

        @Override
        public void sleep(Duration pause) {
            pauses.add(pause);
            now += pause.toNanos();
        }
    };

    private Waiting seconds(int seconds) {
        return Waiting.atMost(Duration.ofSeconds(seconds))
                .every(Duration.ofSeconds(1))
                .by(ticker);
    }

    @Test
    void whatIsThereAlreadyIsNotWaitedFor() throws InterruptedException {
        assertThat(seconds(0).until(() -> true)).isTrue();
        assertThat(pauses).isEmpty();
    }

    @Test
    void itIsAskedForTheLastTimeWhenTheTimeIsOver() throws InterruptedException {
        long start = now;
        assertThat(seconds(3).until(() -> now - start >= Duration.ofSeconds(3).toNanos()))
                .isTrue();
        assertThat(seconds(3).until(() -> false)).isFalse();
        assertThat(pauses).hasSize(6).containsOnly(Duration.ofSeconds(1));
    }

    @Test
    void pausesGrowToTheirMostAndEndWithTheTime() throws InterruptedException {
        Waiting growing = seconds(10).every(Duration.ofSeconds(1), Duration.ofSeconds(4));
        assertThat(growing.answer(Optional::empty)).isEmpty();
        assertThat(pauses)
                .containsExactly(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(3));
    }

    @Test
    void aFailureOfTheQuestionEndsTheWaiting() {
        assertThatThrownBy(() -> seconds(3).answer(() -> {
                    throw new IOException("no");
                }))
                .isInstanceOf(IOException.class);
        assertThat(pauses).isEmpty();
    }

    @Test
    void aWaitingWithoutPausesIsRefused() {
        assertThatThrownBy(() -> seconds(3).every(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pausesBetweenAttemptsDoubleUpToTheirMostAndAreAtMostAHalfShorter() throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
        for (int attempt = 0; attempt < 100; attempt++) {
            backoff.pause(attempt, ticker);
            Duration longest = backoff.longest(attempt);
            assertThat(pauses.get(attempt)).isBetween(longest.dividedBy(2), longest);
        }
        assertThat(backoff.longest(3)).isEqualTo(Duration.ofMillis(800));
        assertThat(backoff.longest(99)).isEqualTo(Duration.ofSeconds(5));
    }
}
