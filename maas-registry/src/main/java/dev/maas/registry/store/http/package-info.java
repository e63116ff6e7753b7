/**
 * The store behind any web server, {@code https://host/models}: read-only, from what a registry exported. Only its providers are public.
 */
@NullMarked
package dev.maas.registry.store.http;

import org.jspecify.annotations.NullMarked;
