package dev.sluice.cli.demo;

import dev.sluice.lake.Progress;
import dev.sluice.spec.Lsn;
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
        Lsn last = commits.after(Lsn.ZERO).stream().map(LakeCommits.Commit::lsn).reduce(Lsn.ZERO, Lsn::max);
        List<LakeCommits.Commit> shown = new ArrayList<>();
        Progress progress = new Progress(demo.lake(), demo.spec().pipeline());
        Lsn acknowledged = last;
        long deadline = System.nanoTime() + ARRIVE_WITHIN.toNanos();
        while (shown.size() < COMMITS_TO_SHOW && System.nanoTime() < deadline) {
            Thread.sleep(POLL_MILLIS);
            Lsn now = progress.acknowledged().orElse(Lsn.ZERO);
            if (now.isAtMost(acknowledged)) {
                continue;
            }
            acknowledged = now;
            for (LakeCommits.Commit commit : commits.after(last)) {
                narrator.say(
                        "LSN %-11s %5d ms after the source  +%d -%d rows in %d tables (%s)",
                        commit.lsn(),
                        commit.latency().toMillis(),
                        commit.inserted(),
                        commit.deleted(),
                        commit.tables().size(),
                        String.join(", ", commit.tables()));
                shown.add(commit);
                last = commit.lsn();
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
