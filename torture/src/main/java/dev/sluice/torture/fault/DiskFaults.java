package dev.sluice.torture.fault;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.stack.StackServer;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The disk of a server is full for a while. Somebody makes room, and starts again what has ended meanwhile. */
final class DiskFaults {
    private static final long FILL_UP_MILLIS = 100;
    /** What was under way when the disk became full may still be committed. */
    private static final long UNDER_WAY_MILLIS = 2_500;

    private final Map<StackServer, SmallDisk> disks;
    private final ProcessFaults processes;
    private final Progress progress;

    DiskFaults(Map<StackServer, SmallDisk> disks, ProcessFaults processes, LakeCatalog lake, String pipeline) {
        this.disks = disks;
        this.processes = processes;
        this.progress = new Progress(lake, pipeline);
    }

    FaultOutcome run(ScheduledFault fault) throws IOException, InterruptedException {
        SmallDisk disk = disks.get(fault.kind().server());
        Instant firedAt = Instant.now();
        if (disk.problem().isPresent()) {
            return FaultOutcome.skipped(
                    "no file system of its own could be mounted: "
                            + disk.problem().get(),
                    firedAt);
        }
        Optional<Position> late;
        Optional<Position> last;
        boolean full = true;
        try {
            disk.fill();
            full &= keepFull(disk, UNDER_WAY_MILLIS);
            late = progress.acknowledged();
            full &= keepFull(disk, fault.length().toMillis());
            last = progress.acknowledged();
        } finally {
            disk.empty();
        }
        processes.up(fault.kind().server());
        boolean stood = late.equals(last);
        return new FaultOutcome(
                full && stood,
                (full ? "no write passed" : "the disk was not full")
                        + (stood ? ", the lake stood still" : ", the lake went on"),
                firedAt,
                Instant.now());
    }

    private static boolean keepFull(SmallDisk disk, long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        boolean full = true;
        while (System.nanoTime() < end) {
            full &= disk.fillUp();
            Thread.sleep(FILL_UP_MILLIS);
        }
        return full;
    }
}
