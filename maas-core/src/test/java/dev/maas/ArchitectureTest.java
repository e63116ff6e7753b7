package dev.maas;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import dev.maas.engine.Engine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The house's plan: who may need whom, who reaches native code, and what core never does. */
class ArchitectureTest {
    private static final String ROOT = "dev.maas";

    /** The packages below the root, each with those it may need besides itself; the empty name is the face. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            entry("tensor", Set.of()),
            entry("", Set.of("tensor")),
            entry("bind", Set.of("", "tensor")),
            entry("monitor", Set.of("", "tensor")),
            entry("access", Set.of("", "tensor")),
            entry("explain", Set.of("", "tensor")),
            entry("engine", Set.of("", "tensor")),
            // DJL must create the runtime's environment where it is present, so the one asks the other to.
            entry("engine.onnx", Set.of("", "tensor", "engine", "engine.djl")),
            entry("engine.djl", Set.of("", "tensor", "engine")),
            entry("gate", Set.of("", "tensor", "engine")),
            entry("batching", Set.of("", "tensor", "engine", "bind")),
            entry("serving", Set.of("", "tensor", "engine", "bind", "gate", "batching", "monitor", "access")),
            entry("rollout", Set.of("", "tensor", "monitor", "serving")),
            entry("pipeline", Set.of("", "tensor", "monitor", "serving")),
            entry("http", Set.of("", "tensor", "serving", "monitor", "access")),
            entry("testing", Set.of("", "tensor", "engine", "serving")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(new OnlyThisModule())
            .importPackages(ROOT);

    /** Leaves out the test classes, which share the packages. */
    private static final class OnlyThisModule implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return location.contains("/target/classes/");
        }
    }

    private static String packageOf(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
    }

    @Test
    void theArrowsPointOneWay() {
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
    void thePlanItselfHasNoCycle() {
        ARROWS.forEach((from, targets) -> targets.forEach(to ->
                assertThat(reachable(to)).as("%s is reached from %s", from, to).doesNotContain(from)));
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    private static Set<String> reachable(String from) {
        Set<String> seen = new TreeSet<>();
        List<String> next = List.copyOf(ARROWS.getOrDefault(from, Set.of()));
        for (String to : next) {
            seen.add(to);
            seen.addAll(reachable(to));
        }
        return seen;
    }

    @Test
    void onlyTheGateReachesAnEnginesLoad() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".gate")
                .and()
                .areNotAssignableTo(Engine.class)
                .should()
                .callMethodWhere(target(name("load")).and(target(owner(assignableTo(Engine.class)))))
                .because("a model is vetted before native code sees it")
                .check(CLASSES);
    }

    @Test
    void onlyTheEnginesPackagesKnowTheirLibraries() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".engine.onnx")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.onnxruntime..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".engine.djl", ROOT + ".engine.onnx")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..")
                .check(CLASSES);
    }

    @Test
    void nothingPublicInAnEnginesPackageShowsItsLibrary() {
        Set<String> shown = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            if (type.getModifiers().contains(JavaModifier.PUBLIC)) {
                type.getMethods().stream()
                        .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                        .flatMap(method -> method.getAllInvolvedRawTypes().stream())
                        .filter(involved -> involved.getPackageName().startsWith("ai.onnxruntime"))
                        .forEach(involved -> shown.add(type.getName() + " shows " + involved.getName()));
            }
        }
        assertThat(shown).isEmpty();
    }

    @Test
    void coreOpensNoSocketAndReadsNoEnvironment() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".http..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.net.Socket")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.net.URLConnection")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net.http..")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getenv")
                .check(CLASSES);
    }

    @Test
    void theClassesUnderTestAreThere() {
        assertThat(CLASSES.size()).isGreaterThan(100);
        assertThat(CLASSES.stream()
                        .map(JavaClass::getSource)
                        .map(source -> Path.of(source.orElseThrow().getUri())))
                .allMatch(path -> path.toString().contains("classes"));
    }
}
