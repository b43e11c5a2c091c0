package dev.sluice.torture.check;

import dev.sluice.spec.Lsn;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A hot table as a reader sees it. */
public interface HotRows {
    /** The name of the table, here as at its source. */
    String table();

    /**
     * What it holds, with the position that it states; empty while it says that it does not follow, and when it moved
     * while it was read.
     *
     * @throws IOException when the hot store does not answer
     */
    Optional<Reading> read() throws IOException, InterruptedException;

    /** All rows, in the texts of the columns, at one stated position. */
    record Reading(Lsn position, List<byte[][]> rows) {}
}
