package dev.sluice.ingest.hot;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.ProcessingTimeService;

/** Time that passes when the test says so; timers run in the calling thread. */
final class ManualTime implements ProcessingTimeService {
    private long nowMillis = System.currentTimeMillis();
    private final List<Timer> timers = new ArrayList<>();

    private record Timer(long atMillis, ProcessingTimeCallback callback) {}

    @Override
    public long getCurrentProcessingTime() {
        return nowMillis;
    }

    @Override
    public ScheduledFuture<?> registerTimer(long timestamp, ProcessingTimeCallback target) {
        timers.add(new Timer(timestamp, target));
        return null;
    }

    int timers() {
        return timers.size();
    }

    void pass(long millis) throws Exception {
        nowMillis += millis;
        List<Timer> due =
                timers.stream().filter(timer -> timer.atMillis <= nowMillis).toList();
        timers.removeAll(due);
        for (Timer timer : due) {
            timer.callback.onProcessingTime(nowMillis);
        }
    }
}
