package dev.sluice.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.lake.Position;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SliceQueueTest {
    private final SliceQueue queue = new SliceQueue(100);

    private static StreamSlice slice(long position) {
        return new StreamSlice(List.of(), true, Position.of(position, ""));
    }

    @Test
    void takesOneSliceOfAnySizeAndThenWaitsForRoom() throws Exception {
        assertThat(queue.offer(slice(1), 5_000, 10)).isTrue();
        assertThat(queue.offer(slice(2), 1, 10)).isFalse();
        assertThat(queue.poll().position().order()).isEqualTo(1);
        assertThat(queue.offer(slice(2), 1, 10)).isTrue();
        assertThat(queue.poll().position().order()).isEqualTo(2);
        assertThat(queue.poll()).isNull();
    }

    @Test
    void wakesTheReaderForASliceAndForAFailure() throws Exception {
        CompletableFuture<Void> first = queue.available();
        assertThat(first).isNotDone();
        queue.offer(slice(1), 1, 0);
        assertThat(first).isDone();
        assertThat(queue.available()).isDone();
        queue.poll();
        CompletableFuture<Void> second = queue.available();
        assertThat(second).isNotDone();
        queue.fail(new IllegalStateException("broken"));
        assertThat(second).isDone();
    }

    @Test
    void handsOutWhatCameBeforeAFailure() throws Exception {
        queue.offer(slice(1), 1, 0);
        queue.fail(new IllegalStateException("broken"));
        assertThat(queue.poll().position().order()).isEqualTo(1);
        assertThatThrownBy(queue::poll)
                .isInstanceOf(SliceQueue.StreamFailedException.class)
                .hasMessage("broken");
    }

    @Test
    void aClosedQueueHoldsNobodyUp() throws Exception {
        queue.offer(slice(1), 5_000, 0);
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return queue.offer(slice(2), 1, 60_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        queue.close();
        assertThat(waiting.get()).isTrue();
        assertThat(queue.poll()).isNull();
    }
}
