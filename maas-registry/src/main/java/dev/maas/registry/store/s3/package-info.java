/**
 * The store on Amazon S3 and servers that speak its protocol, {@code s3://bucket/prefix}. Only its provider is public, for
 * {@link java.util.ServiceLoader}.
 */
@NullMarked
package dev.maas.registry.store.s3;

import org.jspecify.annotations.NullMarked;
