package dev.sluice.cli.demo;

import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.spec.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Lake commits as they arrive. */
final class CommitsStep {
    private static final int COMMITS_TO_SHOW = 3;
    private static final Duration ARRIVE_WITHIN = Duration.ofSeconds(60);

    private final DemoContext demo;
    /** Where the lake was when it was looked at last. */
    private Position acknowledged = Position.ZERO;
    /** The newest commit that was told. */
    private Position last = Position.ZERO;

    CommitsStep(DemoContext demo) {
        this.demo = demo;
    }

    void run() throws InterruptedException {
        Narrator narrator = demo.narrator();
        narrator.step(
                "Lake commits",
                "Traffic runs: orders, payments, cancellations, deletes with cascades. Each line is one atomic commit of all its tables.");
        LakeCommits commits = new LakeCommits(demo.lake(), demo.tables());
        last = commits.after(Position.ZERO).stream()
                .map(LakeCommits.Commit::position)
                .reduce(Position.ZERO, Position::max);
        acknowledged = last;
        List<LakeCommits.Commit> shown = new ArrayList<>();
        Progress progress = new Progress(demo.lake(), demo.spec().pipeline());
        Waiting.atMost(ARRIVE_WITHIN).until(() -> {
            shown.addAll(tellNew(commits, progress));
            return shown.size() >= COMMITS_TO_SHOW;
        });
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

    /** What has arrived since it was called last. */
    private List<LakeCommits.Commit> tellNew(LakeCommits commits, Progress progress) {
        Position now = progress.acknowledged().orElse(Position.ZERO);
        if (now.isAtMost(acknowledged)) {
            return List.of();
        }
        acknowledged = now;
        List<LakeCommits.Commit> arrived = commits.after(last);
        for (LakeCommits.Commit commit : arrived) {
            demo.narrator()
                    .say(
                            "LSN %-11s %5d ms after the source  +%d -%d rows in %d tables (%s)",
                            commit.position(),
                            commit.latency().toMillis(),
                            commit.inserted(),
                            commit.deleted(),
                            commit.tables().size(),
                            String.join(", ", commit.tables()));
            last = commit.position();
        }
        return arrived;
    }
}
