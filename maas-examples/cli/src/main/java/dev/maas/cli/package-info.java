/**
 * The command line of maas: registries and models from a shell.
 *
 * <p>A command computes one answer and prints it as text for a person or, with {@code --json}, as one document for a program.
 */
@NullMarked
package dev.maas.cli;

import org.jspecify.annotations.NullMarked;
