package dev.sluice.clickhouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NativeFramesTest {
    private static byte[] pack(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (NativeFrames.Output out = new NativeFrames.Output(packed)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }

    private static byte[] unpack(byte[] packed) throws IOException {
        return new NativeFrames.Input(new ByteArrayInputStream(packed)).readAllBytes();
    }

    @Test
    void whatGoesInComesOut() throws IOException {
        Random random = new Random(7);
        for (int size : new int[] {0, 1, 1 << 20, (1 << 20) + 1, 5_000_000}) {
            byte[] plain = new byte[size];
            for (int i = 0; i < size; i++) {
                plain[i] = (byte) random.nextInt(i % 100 < 50 ? 2 : 256);
            }
            assertThat(unpack(pack(plain))).isEqualTo(plain);
        }
    }

    @Test
    void layoutIsThatOfClickHouse() throws IOException {
        byte[] packed = pack("1\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThat(packed[16]).isEqualTo(NativeFrames.LZ4);
        assertThat(packed.length - 16).isEqualTo(packed[17]);
        assertThat(packed[21]).isEqualTo((byte) 2);
    }

    /** 25 bytes that claim to hold 1 GiB: nothing is allocated for them. */
    @Test
    void refusesAFrameThatIsLargerThanTheLimitBeforeItReadsIt() {
        for (int at : new int[] {17, 21}) {
            java.nio.ByteBuffer head = java.nio.ByteBuffer.allocate(25).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            head.put(16, NativeFrames.LZ4).putInt(17, 20).putInt(21, 20).putInt(at, (64 << 20) + 1);
            assertThatThrownBy(() -> unpack(head.array()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("impossible sizes");
        }
    }

    /** The claimed plain size is believed only after the checksum. */
    @Test
    void checksTheChecksumBeforeItMakesRoomForThePlainBytes() throws IOException {
        byte[] packed = pack(new byte[1000]);
        java.nio.ByteBuffer.wrap(packed).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(21, 64 << 20);
        assertThatThrownBy(() -> unpack(packed)).hasMessageContaining("checksum");
    }

    @Test
    void noticesAFlippedBitAndACutEnd() throws IOException {
        byte[] packed = pack(new byte[1000]);
        for (int i = 0; i < packed.length; i++) {
            byte[] broken = packed.clone();
            broken[i] ^= 4;
            assertThatThrownBy(() -> unpack(broken)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> unpack(Arrays.copyOf(packed, packed.length - 1)))
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> unpack(Arrays.copyOf(packed, 10))).isInstanceOf(EOFException.class);
    }
}
