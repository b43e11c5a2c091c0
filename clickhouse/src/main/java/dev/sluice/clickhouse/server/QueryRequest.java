package dev.sluice.clickhouse.server;

import com.sun.net.httpserver.Headers;
import dev.sluice.spec.sql.ClickHouseSql;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The parameters of a request, from its URL and headers.
 *
 * @param query statement in the URL; empty when it is in the body
 * @param settings everything that is a setting of the engine
 * @param parameters values for {@code {name:Type}} placeholders
 * @param sessionId name of the session, null for none
 */
record QueryRequest(
        String query,
        String database,
        String format,
        String queryId,
        String sessionId,
        boolean compressesResponse,
        boolean decompressesRequest,
        boolean compressesHttp,
        boolean waitsForEnd,
        Map<String, String> settings,
        Map<String, String> parameters) {
    private static final String PLACEHOLDER = "param_";
    private static final Pattern SETTING_NAME = Pattern.compile("[A-Za-z0-9_]{1,200}");
    private static final Set<String> RESERVED = Set.of(
            "query",
            "database",
            "default_format",
            "query_id",
            "session_id",
            "session_timeout",
            "session_check",
            "close_session",
            "user",
            "password",
            "role",
            "quota_key",
            "stacktrace",
            "compress",
            "decompress",
            "client_protocol_version",
            "profile",
            "wait_end_of_query",
            "buffer_size",
            "enable_http_compression",
            "http_zlib_compression_level");

    static QueryRequest of(URI uri, Headers headers) throws EngineException {
        Map<String, String> all = decode(uri.getRawQuery());
        Map<String, String> settings = new LinkedHashMap<>();
        Map<String, String> parameters = new LinkedHashMap<>();
        for (var entry : all.entrySet()) {
            String name = entry.getKey();
            if (name.startsWith(PLACEHOLDER)) {
                parameters.put(name.substring(PLACEHOLDER.length()), entry.getValue());
            } else if (!RESERVED.contains(name)) {
                if (!SETTING_NAME.matcher(name).matches()) {
                    throw new EngineException(115, "UNKNOWN_SETTING", "A parameter of the URL is no name of a setting");
                }
                settings.put(name, entry.getValue());
            }
        }
        if (all.containsKey("password") || all.containsKey("role")) {
            throw new EngineException(516, "AUTHENTICATION_FAILED", "Passwords and roles are not taken from a URL");
        }
        return new QueryRequest(
                all.getOrDefault("query", ""),
                first(all.get("database"), headers.getFirst("X-ClickHouse-Database"), ClickHouseServer.DATABASE),
                first(headers.getFirst("X-ClickHouse-Format"), all.get("default_format"), "TabSeparated"),
                first(
                        all.get("query_id"),
                        headers.getFirst("X-ClickHouse-Query-Id"),
                        UUID.randomUUID().toString()),
                all.get("session_id"),
                isOn(all.get("compress")),
                isOn(all.get("decompress")),
                isOn(all.get("enable_http_compression")),
                isOn(all.get("wait_end_of_query")),
                settings,
                parameters);
    }

    /** The same request with other settings. */
    QueryRequest with(Map<String, String> otherSettings) {
        return new QueryRequest(
                query,
                database,
                format,
                queryId,
                sessionId,
                compressesResponse,
                decompressesRequest,
                compressesHttp,
                waitsForEnd,
                otherSettings,
                parameters);
    }

    /** The statements that prepare a fresh connection for this request, in order. */
    String setStatement() {
        StringBuilder sql = new StringBuilder("SET log_comment=").append(ClickHouseSql.literal(queryId));
        settings.forEach(
                (name, value) -> sql.append(", ").append(name).append('=').append(ClickHouseSql.literal(value)));
        return sql.toString();
    }

    String useStatement() {
        return "USE " + ClickHouseSql.identifier(database);
    }

    private static String first(String... candidates) {
        for (String candidate : candidates) {
            if (candidate != null && !candidate.isEmpty()) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("no default given");
    }

    private static boolean isOn(String value) {
        return "1".equals(value) || "true".equalsIgnoreCase(value);
    }

    private static Map<String, String> decode(String rawQuery) throws EngineException {
        Map<String, String> result = new LinkedHashMap<>();
        if (rawQuery == null) {
            return result;
        }
        for (String pair : rawQuery.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                result.put(decodeText(name), equals < 0 ? "" : decodeText(pair.substring(equals + 1)));
            }
        }
        return result;
    }

    private static String decodeText(String text) throws EngineException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new EngineException(36, "BAD_ARGUMENTS", "The URL is not encoded properly");
        }
    }
}
