package dev.sluice.spec.yaml;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;

/** Addresses of other services. */
final class Uris {
    private static final int PORT_MAX = 65_535;

    private Uris() {}

    /** The text without a slash at its end; {@link IllegalArgumentException} when it is no address of ours. */
    static String check(String text, List<String> schemes, String otherwise) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            // Without the cause: its message repeats the text.
            throw new IllegalArgumentException(otherwise);
        }
        if (uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException("must not hold a user or a password: URIs end up in logs");
        }
        boolean wellFormed = uri.getScheme() != null
                && schemes.contains(uri.getScheme().toLowerCase(Locale.ROOT))
                && uri.getHost() != null
                && uri.getPort() <= PORT_MAX
                && uri.getPort() != 0
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null;
        if (!wellFormed) {
            throw new IllegalArgumentException(otherwise);
        }
        // 169.254.0.0/16 and fe80::/10 hold the metadata services of cloud providers.
        if (uri.getHost().startsWith("169.254.")
                || uri.getHost().toLowerCase(Locale.ROOT).startsWith("[fe8")) {
            throw new IllegalArgumentException("must not be a link-local address");
        }
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
