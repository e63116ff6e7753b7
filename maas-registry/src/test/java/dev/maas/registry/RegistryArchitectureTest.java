package dev.maas.registry;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The registry's part of the plan: who may need whom. */
class RegistryArchitectureTest {
    private static final String ROOT = "dev.maas.registry";

    /** The packages below the root, each with those it may need besides itself; the empty name is the root. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            entry("store", Set.of()),
            entry("store.s3", Set.of("store")),
            entry("store.http", Set.of("store")),
            entry("store.oci", Set.of("store", "format")),
            entry("format", Set.of()),
            entry("seal", Set.of("format", "store")),
            entry("cache", Set.of("store", "format")),
            entry("exchange", Set.of("format")),
            entry("migrate", Set.of("format")),
            entry("", Set.of("store", "format", "seal", "cache", "exchange")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    private static String packageOf(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
    }

    @Test
    void theArrowsPointOneWay() {
        assertThat(CLASSES.size()).isGreaterThan(50);
        Set<String> wrong = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            String from = packageOf(type);
            assertThat(ARROWS).as("the plan has a place for %s", type.getName()).containsKey(from);
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(target -> target.getPackageName().startsWith(ROOT))
                    .filter(target -> !packageOf(target).equals(from))
                    .filter(target -> !ARROWS.getOrDefault(from, Set.of()).contains(packageOf(target)))
                    .forEach(target -> wrong.add(type.getName() + " needs " + target.getName()));
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void ofCoreTheRegistryKnowsTheFaceAndTensors() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "..")
                .should()
                .dependOnClassesThat(describe(
                        "are of another package of maas",
                        (JavaClass target) -> target.getPackageName().startsWith("dev.maas")
                                && !target.getPackageName().startsWith(ROOT)
                                && !Set.of("dev.maas", "dev.maas.tensor").contains(target.getPackageName())))
                .check(CLASSES);
    }
}
