package dev.sluice.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table of the house: which module may use which. The command line may use all, so it is not held to anything. */
final class ModuleDependenciesTest {
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry("spec", List.of()),
            Map.entry("lake", List.of("spec")),
            Map.entry("ingest", List.of("spec", "lake")),
            Map.entry("compaction", List.of("spec", "lake")),
            Map.entry("catalog", List.of("spec")),
            Map.entry("trino", List.of("spec", "lake")),
            Map.entry("clickhouse", List.of("spec")),
            Map.entry("stack", List.of("spec", "catalog", "clickhouse")),
            Map.entry("verify", List.of("spec", "lake")),
            Map.entry("demo", List.of("spec")),
            Map.entry("torture", List.of("spec", "lake", "stack", "verify")));

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.sluice");

    @TestFactory
    List<DynamicTest> usesOnlyWhatTheTableAllows() {
        return new TreeMap<>(MAY_USE)
                .entrySet().stream()
                        .map(module -> DynamicTest.dynamicTest(
                                module.getKey(), () -> holds(module.getKey(), module.getValue())))
                        .toList();
    }

    private void holds(String module, List<String> allowed) {
        String[] others = MAY_USE.keySet().stream()
                .filter(other -> !other.equals(module) && !allowed.contains(other))
                .map(ModuleDependenciesTest::packages)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(packages(module))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .check(classes);
    }

    @Test
    void theCheckerSharesNoCodeWithTheJob() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.sluice.verify..", "dev.sluice.torture..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.sluice.ingest..", "dev.sluice.compaction..")
                .check(classes);
    }

    @Test
    void everyModuleIsLookedAt() {
        for (String module : MAY_USE.keySet()) {
            assertThat(classes.stream().anyMatch(type -> type.getPackageName().startsWith("dev.sluice." + module)))
                    .as(module)
                    .isTrue();
        }
    }

    private static String packages(String module) {
        return "dev.sluice." + module + "..";
    }
}
