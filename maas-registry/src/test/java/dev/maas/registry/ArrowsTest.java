package dev.maas.registry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArrowsTest {
    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.maas.registry");

    @Test
    void storesKnowNothingOfRegistries() {
        noClasses()
                .that()
                .resideInAPackage("dev.maas.registry.store..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.maas.registry")
                .check(classes);
    }

    @Test
    void theRegistryKnowsTheFaceOnly() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.maas.engine..",
                        "dev.maas.bind..",
                        "dev.maas.gate..",
                        "dev.maas.serving..",
                        "dev.maas.monitor..")
                .check(classes);
    }

    @Test
    void thereIsNoCycle() {
        slices().matching("dev.maas.registry.(*)..").should().beFreeOfCycles().check(classes);
    }
}
