/**
 * The store in an OCI registry, {@code oci://host/repository}, over the OCI distribution API on the JDK's HTTP client. Only its provider is
 * public.
 */
@NullMarked
package dev.maas.registry.store.oci;

import org.jspecify.annotations.NullMarked;
