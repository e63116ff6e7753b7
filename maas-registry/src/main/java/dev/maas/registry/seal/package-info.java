/**
 * What makes a registry's content trustworthy: signatures, trust policies, sealed heads, a memory against rollback, and
 * encryption.
 *
 * <p>A {@link dev.maas.registry.seal.Signer} says who signs, a {@link dev.maas.registry.seal.TrustPolicy} whom to trust, and a
 * {@link dev.maas.registry.seal.TrustMemory} what was trusted before. All three are given to a registry by its options. Signatures are
 * those of OpenSSF model signing: an in-toto statement with the digest of each file, in a DSSE envelope, in a Sigstore bundle. All signing
 * and verifying is the JDK's own.
 *
 * <p>A {@link dev.maas.registry.seal.KeyWrapper} protects the keys under which files are encrypted; {@link dev.maas.registry.seal.KeyFile} makes
 * files of such keys. The encryption is Tink's.
 */
@NullMarked
package dev.maas.registry.seal;

import org.jspecify.annotations.NullMarked;
