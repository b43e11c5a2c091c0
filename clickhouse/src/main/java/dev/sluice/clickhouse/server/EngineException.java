package dev.sluice.clickhouse.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An error of the engine, or one that this server words like one: {@code Code: N. DB::Exception: text. (NAME)}. */
final class EngineException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final Pattern CODE = Pattern.compile("Code: (\\d{1,6})\\.");
    private static final int UNKNOWN_EXCEPTION = 1002;

    EngineException(String message) {
        super(message);
    }

    EngineException(int code, String name, String message) {
        super("Code: " + code + ". DB::Exception: " + message + ". (" + name + ")");
    }

    /** ClickHouse's number of the error. */
    int code() {
        Matcher matcher = CODE.matcher(getMessage());
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : UNKNOWN_EXCEPTION;
    }

    /** The HTTP status that ClickHouse answers with. */
    int httpStatus() {
        return switch (code()) {
            case 6, 7, 26, 27, 36, 38, 41, 42, 43, 44, 50, 53, 62, 69, 72, 117, 130, 131, 386, 457 -> 400;
            case 193, 194 -> 401;
            case 34, 46, 47, 60, 63, 70, 73, 81 -> 404;
            case 164, 497, 516 -> 403;
            case 159 -> 408;
            case 373 -> 423;
            case 307 -> 413;
            case 48 -> 501;
            case 202 -> 503;
            default -> 500;
        };
    }
}
