package dev.sluice.catalog.http;

import java.io.IOException;
import java.io.InputStream;

/** Bodies of requests, up to a length. */
final class Bodies {
    private Bodies() {}

    /** A body over the limit. */
    static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLarge(int bytesMax) {
            super("The request is longer than " + bytesMax + " bytes, the limit of this catalog");
        }
    }

    static byte[] read(InputStream in, int bytesMax) throws IOException {
        byte[] body = in.readNBytes(bytesMax + 1);
        if (body.length > bytesMax) {
            throw new TooLarge(bytesMax);
        }
        return body;
    }
}
