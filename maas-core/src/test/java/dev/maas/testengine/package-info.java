/** An engine for tests and benchmarks that looks after what its caller does. */
@NullMarked
package dev.maas.testengine;

import org.jspecify.annotations.NullMarked;
