package dev.sluice.spec.yaml;

import dev.sluice.spec.LakeName;
import dev.sluice.spec.PostgresIdentifiers.QualifiedName;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.yaml.Problems.Place;
import dev.sluice.spec.yaml.Section.Bound;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Rules that no single value can break. */
final class Rules {
    private static final Set<String> UNPROTECTED = Set.of("disable", "prefer", "require");

    private final Problems problems;
    private final Path folder;

    Rules(Problems problems, Path folder) {
        this.problems = problems;
        this.folder = folder;
    }

    void check(Section root) {
        sourceTables(root.section("source"));
        hotTables(root.section("hot"), root.section("source"));
        folder(root.section("hot"), "views");
        folder(root.section("models"), "directory");
        network(root.section("source").section("postgres"));
    }

    private void sourceTables(Section source) {
        Map<String, QualifiedName> lakeNames = new HashMap<>();
        for (Bound element : source.list("tables")) {
            Section table = (Section) element.value();
            excludedColumns(table);
            columnPolicies(table);
            if (table.find("name").isEmpty()) {
                continue;
            }
            QualifiedName name = table.value("name", QualifiedName.class);
            String lakeName = LakeName.of(name.name());
            QualifiedName other = lakeNames.putIfAbsent(lakeName, name);
            if (name.equals(other)) {
                problems.error(
                        ErrorCode.E0103,
                        element.place(),
                        "names the table " + shown(name) + " a second time",
                        "remove one of them");
            } else if (other != null) {
                problems.error(
                        ErrorCode.E0103,
                        element.place(),
                        "would share the lake's table `" + lakeName + "` with " + shown(other),
                        "put one of the two into a pipeline of its own with another catalog.namespace");
            } else if (!lakeName.equals(name.name())) {
                problems.warning(
                        ErrorCode.E0108,
                        element.place(),
                        shown(name) + " is `" + lakeName + "` in the lake: Trino does not tell names apart by case",
                        "use that name in SQL over the lake");
            }
        }
    }

    private void excludedColumns(Section table) {
        Set<String> seen = new HashSet<>();
        for (Bound column : table.list("exclude")) {
            if (!seen.add((String) column.value())) {
                problems.error(ErrorCode.E0103, column.place(), "names a column a second time", "remove one of them");
            }
        }
    }

    private void columnPolicies(Section table) {
        Set<String> seen = new HashSet<>();
        table.list("exclude").forEach(column -> seen.add((String) column.value()));
        for (Bound column : table.list("columns")) {
            ((Section) column.value()).find("name").ifPresent(name -> {
                if (!seen.add((String) name.value())) {
                    problems.error(
                            ErrorCode.E0103,
                            name.place(),
                            "names a column a second time, or one that is excluded",
                            "remove one of them");
                }
            });
        }
    }

    private void hotTables(Section hot, Section source) {
        Set<String> known = new TreeSet<>();
        for (Bound element : source.list("tables")) {
            ((Section) element.value())
                    .find("name")
                    .ifPresent(name -> known.add(((QualifiedName) name.value()).name()));
        }
        Set<String> seen = new HashSet<>();
        for (Bound element : hot.list("tables")) {
            String name = (String) element.value();
            if (!seen.add(name)) {
                problems.error(
                        ErrorCode.E0103, element.place(), "names the table " + name + " a second time", "remove one");
            } else if (!known.contains(name)) {
                problems.error(
                        ErrorCode.E0103,
                        element.place(),
                        "names `" + name + "`, which is not among source.tables",
                        NearestName.of(name, known)
                                .map(near -> "did you mean `" + near + "`?")
                                .orElse("hot tables are named without schema: " + String.join(", ", known)));
            }
        }
    }

    private void folder(Section section, String key) {
        section.find(key).ifPresent(bound -> {
            Path path = folder.resolve((String) bound.value());
            if (!Files.isDirectory(path)) {
                problems.error(
                        ErrorCode.E0105,
                        bound.place(),
                        "names the folder " + path + ", which does not exist",
                        "create it, or leave the key out; relative paths start from the folder of sluice.yaml");
            }
        });
    }

    private void network(Section postgres) {
        if (postgres.find("host").isEmpty() || postgres.find("ssl-mode").isEmpty()) {
            return;
        }
        Place place = postgres.find("ssl-mode").get().place();
        String host = postgres.text("host");
        boolean local =
                host.equals("localhost") || host.startsWith("127.") || host.equals("::1") || host.startsWith("/");
        if (!local && UNPROTECTED.contains(postgres.text("ssl-mode"))) {
            problems.warning(
                    ErrorCode.E1102,
                    place,
                    "is " + postgres.text("ssl-mode") + " for a server that is not on this machine",
                    "set verify-full, so that nobody between can read or change what is sent");
        }
    }

    private static String shown(QualifiedName name) {
        return "`" + name.schema() + "." + name.name() + "`";
    }
}
