/** Compiles and runs what the README shows. */
@NullMarked
package dev.maas.examples.readme;

import org.jspecify.annotations.NullMarked;
