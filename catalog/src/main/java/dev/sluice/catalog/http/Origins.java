package dev.sluice.catalog.http;

import com.sun.net.httpserver.Headers;
import java.net.URI;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps web pages out of a server that only listens on this machine. A page can send requests to 127.0.0.1, and under a
 * name that it lets point there it can read the answers too; it cannot hide either: its requests carry the page's
 * origin, or its name as the host. Clients that are no browsers send no origin and the name that they were given.
 */
final class Origins {
    private static final Set<String> LOCAL = Set.of("127.0.0.1", "localhost", "[::1]");

    private Origins() {}

    /** Whether the request asks for this machine by a name of its own, and no page of another made it. */
    static boolean isLocal(Headers headers) {
        String origin = headers.getFirst("Origin");
        String site = headers.getFirst("Sec-Fetch-Site");
        return LOCAL.contains(hostOf(headers.getFirst("Host")))
                && (origin == null || LOCAL.contains(originHost(origin)))
                && !"cross-site".equals(site);
    }

    /** Without the port; empty when there is none. */
    private static String hostOf(String hostAndPort) {
        String host = hostAndPort == null ? "" : hostAndPort.toLowerCase(Locale.ROOT);
        return host.replaceFirst(":\\d+$", "");
    }

    private static String originHost(String origin) {
        try {
            String host = URI.create(origin).getHost();
            return host == null ? "" : host.toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
