package dev.sluice.ingest.source;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** The form of a source's ranges in a checkpoint. Stateless. */
public interface RangeCodec {
    void write(ChunkRange range, DataOutputStream out) throws IOException;

    /** Reads no byte more than {@link #write} wrote; {@link IOException} when it wrote something else. */
    ChunkRange read(DataInputStream in) throws IOException;
}
