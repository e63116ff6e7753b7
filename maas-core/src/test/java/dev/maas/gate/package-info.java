/** Tests of the gate. */
@NullMarked
package dev.maas.gate;

import org.jspecify.annotations.NullMarked;
