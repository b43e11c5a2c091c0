package dev.sluice.clickhouse.server;

import com.clickhouse.data.ClickHouseCityHash;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * ClickHouse's own compression: frames of a 16-byte CityHash128 over the rest, a method byte, the compressed size with
 * these nine bytes, the plain size (both little-endian int32), the data.
 */
final class NativeFrames {
    static final byte LZ4 = (byte) 0x82;
    static final byte ZSTD = (byte) 0x90;
    static final byte NONE = 0x02;

    private static final int CHECKSUM_BYTES = 16;
    private static final int HEADER_BYTES = 9;
    private static final int PLAIN_BYTES_MAX = 1 << 20;
    /** Clients send frames of 1 MB; ClickHouse itself would take 1 GB, which this process has no memory for. */
    private static final int FRAME_BYTES_MAX = 64 << 20;

    private NativeFrames() {}

    /** Compresses with LZ4 into frames of up to 1 MB. {@link #flush()} ends a frame. */
    static final class Output extends OutputStream {
        private final OutputStream out;
        private final LZ4Compressor compressor = LZ4Factory.fastestInstance().fastCompressor();
        private final byte[] plain = new byte[PLAIN_BYTES_MAX];
        private byte[] frame = new byte[0];
        private int filled;

        Output(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            if (filled == plain.length) {
                writeFrame();
            }
            plain[filled++] = (byte) b;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int done = 0;
            while (done < length) {
                if (filled == plain.length) {
                    writeFrame();
                }
                int part = Math.min(length - done, plain.length - filled);
                System.arraycopy(bytes, offset + done, plain, filled, part);
                filled += part;
                done += part;
            }
        }

        private void writeFrame() throws IOException {
            if (filled == 0) {
                return;
            }
            int most = CHECKSUM_BYTES + HEADER_BYTES + compressor.maxCompressedLength(filled);
            if (frame.length < most) {
                frame = new byte[most];
            }
            int size = HEADER_BYTES + compressor.compress(plain, 0, filled, frame, CHECKSUM_BYTES + HEADER_BYTES);
            ByteBuffer header = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
            header.put(CHECKSUM_BYTES, LZ4);
            header.putInt(CHECKSUM_BYTES + 1, size);
            header.putInt(CHECKSUM_BYTES + 5, filled);
            long[] hash = ClickHouseCityHash.cityHash128(frame, CHECKSUM_BYTES, size);
            header.putLong(0, hash[0]);
            header.putLong(8, hash[1]);
            out.write(frame, 0, CHECKSUM_BYTES + size);
            filled = 0;
        }

        @Override
        public void flush() throws IOException {
            writeFrame();
            out.flush();
        }

        @Override
        public void close() throws IOException {
            flush();
            out.close();
        }
    }

    /** The rest of what was read already, then the stream. */
    private static final class InputHead extends SequenceInputStream {
        InputHead(byte[] read, int from, InputStream rest) {
            super(new ByteArrayInputStream(read, from, read.length - from), rest);
        }
    }

    /** Reads frames, checks each hash, and gives the plain bytes. */
    static final class Input extends InputStream {
        private final InputStream in;
        private final LZ4SafeDecompressor decompressor =
                LZ4Factory.fastestInstance().safeDecompressor();
        private byte[] plain = new byte[0];
        private int position;

        Input(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return fill() ? plain[position++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int part = Math.min(length, plain.length - position);
            System.arraycopy(plain, position, bytes, offset, part);
            position += part;
            return part;
        }

        private boolean fill() throws IOException {
            while (position == plain.length) {
                byte[] head = in.readNBytes(CHECKSUM_BYTES + HEADER_BYTES);
                if (head.length == 0) {
                    return false;
                }
                plain = readFrame(head);
                position = 0;
            }
            return true;
        }

        private byte[] readFrame(byte[] head) throws IOException {
            if (head.length < CHECKSUM_BYTES + HEADER_BYTES) {
                throw new EOFException("a compressed frame ends within its header");
            }
            ByteBuffer header = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
            int size = header.getInt(CHECKSUM_BYTES + 1);
            int plainSize = header.getInt(CHECKSUM_BYTES + 5);
            if (size < HEADER_BYTES || size > FRAME_BYTES_MAX || plainSize < 0 || plainSize > FRAME_BYTES_MAX) {
                throw new IOException("a compressed frame has impossible sizes");
            }
            // With the header before it, in one array: that is what is hashed. It grows with what really comes.
            byte[] frame = new InputHead(head, CHECKSUM_BYTES, in).readNBytes(size);
            if (frame.length < size) {
                throw new EOFException("a compressed frame is cut off");
            }
            long[] hash = ClickHouseCityHash.cityHash128(frame, 0, size);
            if (hash[0] != header.getLong(0) || hash[1] != header.getLong(8)) {
                throw new IOException("the checksum of a compressed frame is wrong");
            }
            return decompress(frame, plainSize);
        }

        private byte[] decompress(byte[] frame, int plainSize) throws IOException {
            byte method = frame[0];
            int length = frame.length - HEADER_BYTES;
            if (method == NONE) {
                return Arrays.copyOfRange(frame, HEADER_BYTES, frame.length);
            }
            if (method != LZ4 && method != ZSTD) {
                throw new IOException("unknown compression method " + (method & 0xFF));
            }
            byte[] result = new byte[plainSize];
            long decompressed = method == LZ4
                    ? decompressor.decompress(frame, HEADER_BYTES, length, result, 0, plainSize)
                    : Zstd.decompressByteArray(result, 0, plainSize, frame, HEADER_BYTES, length);
            if (decompressed != plainSize) {
                throw new IOException("a compressed frame does not hold what it says");
            }
            return result;
        }
    }
}
