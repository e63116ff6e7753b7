/** A model behind an HTTP server, with nothing but the JDK, Gson and maas. */
@NullMarked
package dev.maas.examples.classify;

import org.jspecify.annotations.NullMarked;
