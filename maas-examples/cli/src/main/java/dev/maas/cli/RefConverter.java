package dev.maas.cli;

import dev.maas.InvalidInputException;
import dev.maas.ModelRef;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads references on the command line. */
final class RefConverter implements ITypeConverter<ModelRef> {
    @Override
    public ModelRef convert(String text) {
        try {
            return ModelRef.parse(text);
        } catch (InvalidInputException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
