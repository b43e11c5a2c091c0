package dev.sluice.cli.demo;

import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Lake commits as they arrive. */
final class CommitsStep {
    private static final int COMMITS_TO_SHOW = 3;
    private static final long POLL_MILLIS = 200;
    private static final Duration ARRIVE_WITHIN = Duration.ofSeconds(60);

    private final DemoContext demo;

    CommitsStep(DemoContext demo) {
        this.demo = demo;
    }

    void run() throws InterruptedException {
        Narrator narrator = demo.narrator();
        narrator.step(
                "Lake commits",
                "Traffic runs: orders, payments, cancellations, deletes with cascades. Each line is one atomic commit of all its tables.");
        LakeCommits commits = new LakeCommits(demo.lake(), demo.tables());
        Position last = commits.after(Position.ZERO).stream()
                .map(LakeCommits.Commit::position)
                .reduce(Position.ZERO, Position::max);
        List<LakeCommits.Commit> shown = new ArrayList<>();
        Progress progress = new Progress(demo.lake(), demo.spec().pipeline());
        Position acknowledged = last;
        long deadline = System.nanoTime() + ARRIVE_WITHIN.toNanos();
        while (shown.size() < COMMITS_TO_SHOW && System.nanoTime() < deadline) {
            Thread.sleep(POLL_MILLIS);
            Position now = progress.acknowledged().orElse(Position.ZERO);
            if (now.isAtMost(acknowledged)) {
                continue;
            }
            acknowledged = now;
            for (LakeCommits.Commit commit : commits.after(last)) {
                narrator.say(
                        "LSN %-11s %5d ms after the source  +%d -%d rows in %d tables (%s)",
                        commit.position(),
                        commit.latency().toMillis(),
                        commit.inserted(),
                        commit.deleted(),
                        commit.tables().size(),
                        String.join(", ", commit.tables()));
                shown.add(commit);
                last = commit.position();
            }
        }
        narrator.check(shown.size() >= COMMITS_TO_SHOW, "%d commits arrived, each at a later LSN", shown.size());
        if (!shown.isEmpty()) {
            List<Long> millis = shown.stream()
                    .map(commit -> commit.latency().toMillis())
                    .sorted()
                    .toList();
            narrator.measured(
                    "source commit to lake commit",
                    "median %d ms, slowest %d ms of %d commits",
                    millis.get(millis.size() / 2),
                    millis.getLast(),
                    millis.size());
        }
    }
}
