package dev.sluice.spec.time;

import java.time.Duration;
import java.util.Optional;

/**
 * Asks something again and again, with pauses between, until the answer is there or the time is over. It is asked once at
 * least, and for the last time when the time is over. Immutable, safe to share.
 *
 * @param pause the first one; each that follows is twice as long, up to {@code pauseMax}
 */
public record Waiting(Duration atMost, Duration pause, Duration pauseMax, Ticker ticker) {
    private static final Duration USUAL_PAUSE = Duration.ofMillis(200);

    /** Something that is so or is not yet. */
    public interface Condition<E extends Exception> {
        boolean holds() throws E;
    }

    /** Something that has an answer or has none yet. */
    public interface Question<T, E extends Exception> {
        Optional<T> ask() throws E;
    }

    public Waiting {
        if (pause.isZero() || pause.isNegative()) {
            throw new IllegalArgumentException("a pause of " + pause);
        }
    }

    /** With pauses of a fifth of a second. */
    public static Waiting atMost(Duration atMost) {
        return new Waiting(atMost, USUAL_PAUSE, USUAL_PAUSE, Ticker.SYSTEM);
    }

    public Waiting every(Duration same) {
        return new Waiting(atMost, same, same, ticker);
    }

    /** With pauses that grow. */
    public Waiting every(Duration first, Duration max) {
        return new Waiting(atMost, first, max, ticker);
    }

    public Waiting by(Ticker other) {
        return new Waiting(atMost, pause, pauseMax, other);
    }

    /** Whether it came to hold in time. */
    public <E extends Exception> boolean until(Condition<E> condition) throws E, InterruptedException {
        Question<Boolean, E> question = () -> condition.holds() ? Optional.of(true) : Optional.empty();
        return answer(question).isPresent();
    }

    /** The first answer; empty when there was none in time. */
    public <T, E extends Exception> Optional<T> answer(Question<T, E> question) throws E, InterruptedException {
        long start = ticker.nanos();
        Duration next = pause;
        while (true) {
            Optional<T> answer = question.ask();
            Duration left = atMost.minusNanos(ticker.nanos() - start);
            if (answer.isPresent() || left.isNegative() || left.isZero()) {
                return answer;
            }
            ticker.sleep(shorter(next, left));
            next = shorter(next.multipliedBy(2), pauseMax);
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
