/**
 * A kit for the unit tests of applications: models that are lambdas, and a service around them that a test has in its hands.
 *
 * <p>Nothing here loads native code, opens a port or sleeps. {@link dev.maas.testing.TestService} is where to begin; an application that
 * takes only a {@link dev.maas.Predictor} needs no more than a lambda or a {@link dev.maas.testing.RecordingPredictor}.
 */
@NullMarked
package dev.maas.testing;

import org.jspecify.annotations.NullMarked;
