package dev.sluice.stack.server;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One version of each library on a class path that is put together from several: the newest, at the place of the first.
 * Flink brings older ones of what Iceberg needs.
 */
final class NewestJars {
    private static final Pattern JAR = Pattern.compile("(?:.*/)?(.+?)-(\\d[^/]*)\\.jar");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private NewestJars() {}

    static List<String> of(Collection<String> entries) {
        Map<String, String> newest = new LinkedHashMap<>();
        for (String entry : entries) {
            Matcher jar = JAR.matcher(entry);
            newest.merge(
                    jar.matches() ? jar.group(1) : entry, entry, (one, other) -> isOlder(one, other) ? other : one);
        }
        return List.copyOf(newest.values());
    }

    private static boolean isOlder(String one, String other) {
        Matcher left = NUMBER.matcher(version(one));
        Matcher right = NUMBER.matcher(version(other));
        while (left.find()) {
            if (!right.find()) {
                return false;
            }
            int order = Integer.compare(Integer.parseInt(left.group()), Integer.parseInt(right.group()));
            if (order != 0) {
                return order < 0;
            }
        }
        return right.find();
    }

    private static String version(String entry) {
        Matcher jar = JAR.matcher(entry);
        return jar.matches() ? jar.group(2) : "";
    }
}
