package dev.sluice.stack.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileMutexTest {
    @TempDir
    Path folder;

    @Test
    void letsOnlyOneInAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (int i = 0; i < 3; i++) {
                threads.submit(() -> new FileMutex(folder.resolve("a/lock"), Duration.ofSeconds(30))
                        .hold(() -> {}, () -> {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            TimeUnit.MILLISECONDS.sleep(30);
                            return inside.decrementAndGet();
                        }));
            }
        }
        assertThat(most).hasValue(1);
        assertThat(inside).hasValue(0);
    }

    @Test
    void givesUpWithAnErrorAndSaysThatItWaits() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        AtomicInteger announced = new AtomicInteger();
        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Future<Boolean> holder =
                    threads.submit(() -> new FileMutex(folder.resolve("lock"), Duration.ZERO).hold(() -> {}, () -> {
                        held.countDown();
                        return done.await(30, TimeUnit.SECONDS);
                    }));
            held.await();
            FileMutex second = new FileMutex(folder.resolve("lock"), Duration.ofMillis(200));
            assertThatThrownBy(() -> second.hold(announced::incrementAndGet, () -> "in"))
                    .isInstanceOf(SluiceException.class)
                    .hasMessageContaining("lock");
            assertThat(announced).hasValue(1);
            done.countDown();
            assertThat(holder.get()).isTrue();
            assertThat(second.hold(() -> {}, () -> "in")).isEqualTo("in");
        }
    }

    @Test
    void letsGoWhenTheWorkFails() throws IOException, InterruptedException {
        FileMutex mutex = new FileMutex(folder.resolve("lock"), Duration.ofSeconds(1));
        assertThatThrownBy(() -> mutex.hold(() -> {}, () -> {
                    throw new IOException("broken");
                }))
                .hasMessage("broken");
        assertThat(mutex.hold(() -> {}, () -> 1)).isEqualTo(1);
    }
}
