/**
 * Trains a classifier of short texts and writes it as an ONNX file that takes raw strings.
 *
 * <p>Tribuo does the learning. The file holds the whole way from text to label in standard operators, so that whoever serves it
 * needs nothing of this package.
 */
@NullMarked
package dev.maas.examples.text;

import org.jspecify.annotations.NullMarked;
