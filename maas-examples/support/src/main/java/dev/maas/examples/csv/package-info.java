/** Reads and writes comma- and tab-separated text. */
@NullMarked
package dev.maas.examples.csv;

import org.jspecify.annotations.NullMarked;
