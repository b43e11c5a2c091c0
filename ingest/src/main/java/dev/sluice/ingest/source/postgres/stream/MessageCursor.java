package dev.sluice.ingest.source.postgres.stream;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.nio.charset.StandardCharsets;

/** Reads one protocol message; never beyond its end, whatever the bytes say. Not thread-safe. */
final class MessageCursor {
    private byte[] bytes = {};
    private int start;
    private int position;
    private int limit;

    void reset(byte[] message, int from, int to) {
        bytes = message;
        start = from;
        position = from;
        limit = to;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Bytes of the whole message. */
    int size() {
        return limit - start;
    }

    int position() {
        return position;
    }

    void skip(int length) {
        need(length);
        position += length;
    }

    byte int8() {
        need(1);
        return bytes[position++];
    }

    int int16() {
        need(2);
        int value = (bytes[position] & 0xFF) << 8 | bytes[position + 1] & 0xFF;
        position += 2;
        return value;
    }

    int int32() {
        need(4);
        int value = (bytes[position] & 0xFF) << 24
                | (bytes[position + 1] & 0xFF) << 16
                | (bytes[position + 2] & 0xFF) << 8
                | bytes[position + 3] & 0xFF;
        position += 4;
        return value;
    }

    long int64() {
        return (long) int32() << 32 | int32() & 0xFFFF_FFFFL;
    }

    /** A length that must fit in what is left. */
    int length() {
        int length = int32();
        need(length);
        return length;
    }

    String string() {
        int end = position;
        while (end < limit && bytes[end] != 0) {
            end++;
        }
        if (end == limit) {
            throw malformed("a string without an end");
        }
        String value = new String(bytes, position, end - position, StandardCharsets.UTF_8);
        position = end + 1;
        return value;
    }

    void expectEnd() {
        if (position != limit) {
            throw malformed((limit - position) + " bytes too many");
        }
    }

    SluiceException malformed(String what) {
        char type = limit > start ? (char) (bytes[start] & 0xFF) : '-';
        return new SluiceException(
                ErrorCode.E1901,
                "the replication stream cannot be understood: message of type " + type + " with " + (limit - start)
                        + " bytes has " + what + " at byte " + (position - start),
                "report this together with the server's version");
    }

    private void need(int length) {
        if (length < 0 || length > limit - position) {
            throw malformed("a field of " + length + " bytes that does not fit");
        }
    }
}
