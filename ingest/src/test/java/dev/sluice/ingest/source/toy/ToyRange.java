package dev.sluice.ingest.source.toy;

import dev.sluice.ingest.source.ChunkRange;
import dev.sluice.ingest.source.RangeCodec;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Rows by their number. @param end exclusive */
record ToyRange(long first, long end) implements ChunkRange {
    enum Codec implements RangeCodec {
        INSTANCE;

        @Override
        public void write(ChunkRange range, DataOutputStream out) throws IOException {
            out.writeLong(((ToyRange) range).first);
            out.writeLong(((ToyRange) range).end);
        }

        @Override
        public ChunkRange read(DataInputStream in) throws IOException {
            return new ToyRange(in.readLong(), in.readLong());
        }
    }
}
