/**
 * The running set of models: loading, sharing, calling and closing them.
 */
@NullMarked
package dev.maas.serving;

import org.jspecify.annotations.NullMarked;
