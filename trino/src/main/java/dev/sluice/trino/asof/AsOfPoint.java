package dev.sluice.trino.asof;

import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A point in the history of the source, as users name it. */
public sealed interface AsOfPoint {
    /** The state after all transactions with a commit LSN up to {@code lsn}. */
    record AtPosition(Position position) implements AsOfPoint {
        @Override
        public String toString() {
            return "LSN " + position;
        }
    }

    /** The state after all transactions that the source committed up to {@code time}. */
    record AtTime(Instant time) implements AsOfPoint {
        @Override
        public String toString() {
            return "time " + time;
        }
    }

    /** The snapshots that carry the tag {@code name}. */
    record AtTag(String name) implements AsOfPoint {
        @Override
        public String toString() {
            return "tag " + name;
        }
    }

    Pattern LSN = Pattern.compile("[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}");
    Pattern TIME = Pattern.compile(
            "(?<date>\\d{4}-\\d{2}-\\d{2})(?:[ T](?<time>\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?))?\\s*(?<zone>\\S+)?");
    Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}");

    /**
     * Reads a position:
     *
     * <ul>
     *   <li>{@code 16/B374D848}, an LSN;
     *   <li>{@code 2026-01-31T10:00:00Z}, {@code 2026-01-31}, {@code 2026-01-31 10:00}, {@code 2026-01-31 10:00:00.5
     *       Asia/Jakarta}, a time; without a zone it is UTC, without a time of day it is the start of the day;
     *   <li>anything else of letters, digits and {@code _ . : -}: a tag.
     * </ul>
     *
     * <p>{@code lsn:}, {@code time:} or {@code tag:} in front says which one is meant.
     *
     * @throws SluiceException E0102 when the text is none of them
     */
    static AsOfPoint parse(String text) {
        String trimmed = text.strip();
        int colon = trimmed.indexOf(':');
        String kind = colon < 0 ? "" : trimmed.substring(0, colon);
        String rest = trimmed.substring(colon + 1).strip();
        return switch (kind) {
            case "lsn" -> lsn(rest);
            case "time" -> time(rest);
            case "tag" -> tag(rest);
            default ->
                LSN.matcher(trimmed).matches()
                        ? lsn(trimmed)
                        : trimmed.matches("\\d{4}-\\d{2}-\\d{2}.*") ? time(trimmed) : tag(trimmed);
        };
    }

    private static AsOfPoint lsn(String text) {
        try {
            return new AtPosition(Position.parse(text));
        } catch (IllegalArgumentException e) {
            throw notAPosition(text, e);
        }
    }

    private static AsOfPoint time(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw notAPosition(text, null);
        }
        try {
            LocalDate date = LocalDate.parse(matcher.group("date"));
            LocalTime time =
                    matcher.group("time") == null ? LocalTime.MIDNIGHT : LocalTime.parse(matcher.group("time"));
            ZoneId zone = matcher.group("zone") == null ? ZoneOffset.UTC : ZoneId.of(matcher.group("zone"));
            return new AtTime(LocalDateTime.of(date, time).atZone(zone).toInstant());
        } catch (DateTimeException e) {
            throw notAPosition(text, e);
        }
    }

    private static AsOfPoint tag(String text) {
        if (!TAG.matcher(text).matches()) {
            throw notAPosition(text, null);
        }
        return new AtTag(text);
    }

    private static SluiceException notAPosition(String text, @Nullable Exception cause) {
        return new SluiceException(
                ErrorCode.E0102,
                "'" + text + "' is not a position",
                "give an LSN (16/B374D848), a time (2026-01-31T10:00:00Z, or 2026-01-31 10:00 Asia/Jakarta) or a tag",
                cause);
    }
}
