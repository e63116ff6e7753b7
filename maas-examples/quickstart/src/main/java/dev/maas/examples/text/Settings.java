package dev.maas.examples.text;

/**
 * What a training does not learn but must be told.
 *
 * @param learningRate how far the first steps go
 * @param l2 how strongly large weights are held back
 */
public record Settings(double learningRate, double l2) {}
