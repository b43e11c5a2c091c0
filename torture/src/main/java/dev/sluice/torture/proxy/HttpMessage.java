package dev.sluice.torture.proxy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One message of HTTP/1.1 as it came, byte by byte: signatures stay valid. Held in memory as a whole.
 *
 * @param head first line and headers, without the empty line
 * @param body as framed: chunks stay chunks
 */
record HttpMessage(List<String> head, byte[] body) {
    private static final int HEAD_BYTES_MAX = 256 * 1024;
    private static final int BODY_BYTES_MAX = 256 << 20;

    /** The next request of a connection; empty when there is none. {@code sendGoOn} is told of a client that waits. */
    static Optional<HttpMessage> request(InputStream in, GoOn sendGoOn) throws IOException {
        List<String> head = head(in);
        if (head.isEmpty()) {
            return Optional.empty();
        }
        if (header(head, "expect").isPresent()) {
            sendGoOn.send();
            head.removeIf(line -> line.toLowerCase(Locale.ROOT).startsWith("expect:"));
        }
        return Optional.of(new HttpMessage(head, body(in, head, false)));
    }

    /** Tells a client to send the body that it holds back. */
    interface GoOn {
        void send() throws IOException;
    }

    /** @param toHead the answer to HEAD has no body, whatever its headers say */
    static HttpMessage response(InputStream in, boolean toHead) throws IOException {
        List<String> head = head(in);
        while (!head.isEmpty() && head.getFirst().contains(" 100 ")) {
            head = head(in);
        }
        if (head.isEmpty()) {
            throw new EOFException("no answer");
        }
        String first = head.getFirst();
        boolean bodiless = toHead || first.contains(" 204") || first.contains(" 304");
        return new HttpMessage(head, bodiless ? new byte[0] : body(in, head, true));
    }

    String method() {
        return head.getFirst().substring(0, head.getFirst().indexOf(' '));
    }

    String path() {
        String[] words = head.getFirst().split(" ");
        return words.length > 1 ? words[1] : "";
    }

    boolean endsConnection() {
        boolean untilTheEnd = header(head, "content-length").isEmpty()
                && header(head, "transfer-encoding").isEmpty()
                && body.length > 0;
        return untilTheEnd
                || header(head, "connection").filter("close"::equalsIgnoreCase).isPresent();
    }

    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        head.forEach(line -> bytes.writeBytes((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1)));
        bytes.writeBytes(new byte[] {'\r', '\n'});
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    private static List<String> head(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        int bytes = 0;
        while (true) {
            String line = line(in);
            bytes += line.length();
            if (bytes > HEAD_BYTES_MAX) {
                throw new IOException("a head of more than " + HEAD_BYTES_MAX + " bytes");
            }
            if (line.isEmpty()) {
                return lines;
            }
            lines.add(line);
        }
    }

    /** Empty at the end of the stream too. */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                break;
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    private static byte[] body(InputStream in, List<String> head, boolean untilTheEnd) throws IOException {
        if (header(head, "transfer-encoding")
                .filter(value -> value.contains("chunked"))
                .isPresent()) {
            return chunks(in);
        }
        Optional<String> length = header(head, "content-length");
        if (length.isPresent()) {
            return exactly(in, Integer.parseInt(length.get()));
        }
        return untilTheEnd ? in.readNBytes(BODY_BYTES_MAX) : new byte[0];
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = line(in);
            body.writeBytes((size + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            int bytes = Integer.parseInt(size.split(";")[0].strip(), 16);
            if (bytes == 0) {
                for (String trailer : head(in)) {
                    body.writeBytes((trailer + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                }
                body.writeBytes(new byte[] {'\r', '\n'});
                return body.toByteArray();
            }
            body.writeBytes(exactly(in, bytes));
            line(in);
            body.writeBytes(new byte[] {'\r', '\n'});
        }
    }

    private static byte[] exactly(InputStream in, int bytes) throws IOException {
        if (bytes > BODY_BYTES_MAX) {
            throw new IOException("a body of more than " + BODY_BYTES_MAX + " bytes");
        }
        byte[] body = in.readNBytes(bytes);
        if (body.length < bytes) {
            throw new EOFException("the body ended early");
        }
        return body;
    }

    private static Optional<String> header(List<String> head, String name) {
        return head.stream()
                .skip(1)
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }
}
