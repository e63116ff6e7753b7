package dev.maas.bind;

import dev.maas.EngineException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The model's spelling of the constants of an enum. Immutable. */
final class EnumNames {
    private final Class<?> type;
    private final Map<String, Object> constants;
    private final Map<Object, String> names = new HashMap<>();

    private EnumNames(Class<?> type, Map<String, Object> constants) {
        this.type = type;
        this.constants = constants;
        constants.forEach((name, constant) -> names.put(constant, name));
    }

    /** Reads the {@link Name} of each constant, which must be distinct. */
    static EnumNames of(Class<?> type) throws Misfit {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : Objects.requireNonNull(type.getEnumConstants(), "type")) {
            String name = nameOf(type, (Enum<?>) constant);
            if (constants.put(name, constant) != null) {
                throw new Misfit("two constants of " + type.getSimpleName() + " are named '" + name
                        + "'; give each its own @Name");
            }
        }
        return new EnumNames(type, constants);
    }

    private static String nameOf(Class<?> type, Enum<?> constant) {
        try {
            Name name = type.getField(constant.name()).getAnnotation(Name.class);
            return name != null ? name.value() : constant.name();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("An enum has a field for each constant", e);
        }
    }

    String nameOf(Object constant) {
        return Objects.requireNonNull(names.get(constant), "a constant of the enum");
    }

    boolean has(String name) {
        return constants.containsKey(name);
    }

    Object constantOf(String name) {
        Object constant = constants.get(name);
        if (constant == null) {
            throw new EngineException("The model gave the label '" + name + "', which no constant of "
                    + type.getSimpleName() + " has; there are " + constants.keySet()
                    + ". Add a constant, or bind the label as a String");
        }
        return constant;
    }
}
