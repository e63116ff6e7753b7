/** Prints tables, headings and progress for a person, and plain lines where nobody watches. */
@NullMarked
package dev.maas.examples.terminal;

import org.jspecify.annotations.NullMarked;
