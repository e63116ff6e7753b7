package dev.maas.registry;

import dev.maas.InvalidInputException;
import dev.maas.ModelInspector;
import dev.maas.PackageLimits;
import dev.maas.registry.cache.CacheSettings;
import dev.maas.registry.seal.BlobCipher;
import dev.maas.registry.seal.KeyWrapper;
import dev.maas.registry.seal.Signer;
import dev.maas.registry.seal.TrustMemory;
import dev.maas.registry.seal.TrustPolicy;
import dev.maas.registry.store.TransferListener;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a registry behaves. Every value has a default that suits most; a store's own options are in its URI.
 *
 * <p>Immutable and safe for use by any thread; each method returns options with one thing changed.
 *
 * <pre>{@code
 * Registries.open("models", RegistryOptions.defaults().who("training-pipeline").maxStaleness(Duration.ofSeconds(5)));
 * }</pre>
 */
public final class RegistryOptions {
    private static final RegistryOptions DEFAULTS =
            new RegistryOptions(null, TimeOptions.USUAL, null, true, SealOptions.NONE, TransferOptions.NONE);

    private final @Nullable String who;
    private final TimeOptions times;
    private final @Nullable List<ModelInspector> inspectors;
    private final boolean locked;
    private final SealOptions seal;
    private final TransferOptions transfer;

    private RegistryOptions(
            @Nullable String who,
            TimeOptions times,
            @Nullable List<ModelInspector> inspectors,
            boolean locked,
            SealOptions seal,
            TransferOptions transfer) {
        this.who = who;
        this.times = times;
        this.inspectors = inspectors;
        this.locked = locked;
        this.seal = seal;
        this.transfer = transfer;
    }

    /** Returns the options of a registry that is opened without any. */
    public static RegistryOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Returns these options with the name that the history has for this registry's orders; by default, the system property
     * {@code user.name}. The store does not check it.
     *
     * @throws InvalidInputException if it is blank or longer than 200 characters
     */
    public RegistryOptions who(String name) {
        return new RegistryOptions(Orders.requireWho(name), times, inspectors, locked, seal, transfer);
    }

    /**
     * Returns these options with the time for which an answer may be older than the store; zero, the default, asks the store each
     * time whether there is news. What this registry itself commits it always sees.
     *
     * @throws InvalidInputException if it is negative
     */
    public RegistryOptions maxStaleness(Duration time) {
        return times(times.maxStaleness(time));
    }

    /**
     * Returns these options with the time between two looks of a watch; 1 second by default. While the store fails, a watch looks ever
     * more rarely, up to a minute.
     *
     * @throws InvalidInputException if it is below 10 ms
     */
    public RegistryOptions pollInterval(Duration time) {
        return times(times.pollInterval(time));
    }

    /**
     * Returns these options with the time for which a collector leaves alone what nothing refers to: longer than any publisher may
     * stand still between two steps, and the same for all who publish to and collect in one store. 1 day by default.
     *
     * @throws InvalidInputException if it is negative
     */
    public RegistryOptions grace(Duration time) {
        return times(times.grace(time));
    }

    /**
     * Returns these options with the time for which a deleted version can be restored; 30 days by default.
     *
     * @throws InvalidInputException if it is negative
     */
    public RegistryOptions retention(Duration time) {
        return times(times.retention(time));
    }

    /** Returns these options with the clock that dates entries and decides on staleness and retention. */
    public RegistryOptions clock(Clock newClock) {
        return times(times.clock(newClock));
    }

    private RegistryOptions times(TimeOptions newTimes) {
        return new RegistryOptions(who, newTimes, inspectors, locked, seal, transfer);
    }

    /** Returns these options with the inspectors that read signatures, in place of those that {@link java.util.ServiceLoader} finds. */
    public RegistryOptions inspectors(List<ModelInspector> newInspectors) {
        return new RegistryOptions(who, times, List.copyOf(newInspectors), locked, seal, transfer);
    }

    /**
     * Returns these options with who signs what this registry publishes; nobody by default. Each signature is in the same commit as the
     * version that it is of.
     */
    public RegistryOptions signWith(Signer... signers) {
        return seal(seal.signers(List.of(signers)));
    }

    /**
     * Returns these options with whom to trust: a version that the policy refuses is neither resolved nor opened. By default, every
     * version is trusted whose bytes have their digests. Lists and searches are not checked.
     */
    public RegistryOptions trust(TrustPolicy policy) {
        return seal(seal.policy(policy));
    }

    /**
     * Returns these options with a folder that remembers the newest entry of each model's log that was trusted, so that an older or a
     * forked log is refused, also by the next process. None by default; each registry needs a folder of its own.
     */
    public RegistryOptions memory(Path folder) {
        return seal(seal.memory(TrustMemory.in(folder)));
    }

    /**
     * Returns these options with who wraps the keys of what this registry publishes, each file of which is encrypted under a key of its own;
     * by default, nothing is encrypted. What is read is decrypted by the same, unless {@link #decryptWith} names another afterwards.
     *
     * <p>Encrypted are the files of a version. Who can read the store also sees each file's name and size, the signature, description,
     * tags, properties and lineage, and who published what and when. See {@link KeyWrapper#localFile} for keys in a file.
     *
     * @throws InvalidInputException if Tink is missing; the message has its coordinates
     */
    public RegistryOptions encryptWith(KeyWrapper keys) {
        BlobCipher.requireAvailable();
        return seal(seal.encryption(keys));
    }

    /**
     * Returns these options with who unwraps the keys of what this registry reads; nobody by default, so that versions that are encrypted can
     * be listed, copied and verified, but not opened.
     *
     * @throws InvalidInputException if Tink is missing; the message has its coordinates
     */
    public RegistryOptions decryptWith(KeyWrapper keys) {
        BlobCipher.requireAvailable();
        return seal(seal.decryption(keys));
    }

    /** Returns these options with how much a package may bring that is published or imported, in place of {@link PackageLimits#defaults()}. */
    public RegistryOptions packageLimits(PackageLimits limits) {
        return seal(seal.limits(limits));
    }

    private RegistryOptions seal(SealOptions newSeal) {
        return new RegistryOptions(who, times, inspectors, locked, newSeal, transfer);
    }

    /** Returns these options with a cache of up to 64 GiB; see {@link #cache(Path, long)}. */
    public RegistryOptions cache(Path folder) {
        return cache(folder, CacheSettings.MOST_BYTES);
    }

    /**
     * Returns these options with a cache. Blobs of a remote store are fetched into this folder once, verified before anyone sees them, and handed
     * out as read-only files; of a new version of a large file, only what no cached file has. While the store does not answer, versions
     * that were opened before are resolved and opened as of then; {@link ManagedRegistry#offlineSince()} tells. Any number of processes of one
     * machine may share the folder, which needs hard links. A registry in a folder of this machine ignores this.
     *
     * @param folder the folder, which is made if it is not there
     * @param mostBytes the bytes of blobs to keep at most; what was not used for longest goes first, and what is in use stays
     * @throws InvalidInputException if the bound is not positive
     */
    public RegistryOptions cache(Path folder, long mostBytes) {
        return transfer(transfer.cache(folder, mostBytes));
    }

    /** Returns these options with whether to serve only what is in the cache, and never to ask the store; false by default. */
    public RegistryOptions offline(boolean offline) {
        return transfer(transfer.offline(offline));
    }

    /**
     * Returns these options with whether a cache goes on serving an export while its server does not answer, also when the head that was read
     * last is over; false by default. A head tells until when it is to be believed, so that nobody can hold newer ones back for longer; who keeps
     * the server from answering would do just that. With {@code true}, what is over is served with a warning in the log. It takes a
     * {@linkplain #cache(Path) cache}; stores that have no head are served from theirs for any time.
     */
    public RegistryOptions offlinePastExpiry(boolean allowed) {
        return transfer(transfer.pastExpiry(allowed));
    }

    /** Returns these options with who hears how far long pulls and pushes have come; nobody by default. */
    public RegistryOptions transfers(TransferListener listener) {
        return transfer(transfer.listener(listener));
    }

    private RegistryOptions transfer(TransferOptions newTransfer) {
        return new RegistryOptions(who, times, inspectors, locked, seal, newTransfer);
    }

    /** Returns these options without locks between this process's own committers, to show that nothing rests on them. */
    RegistryOptions withoutLocks() {
        return new RegistryOptions(who, times, inspectors, false, seal, transfer);
    }

    /** Returns the name for this registry's orders, if one was given. */
    public Optional<String> who() {
        return Optional.ofNullable(who);
    }

    /** Returns for how long an answer may be older than the store. */
    public Duration maxStaleness() {
        return times.maxStaleness();
    }

    /** Returns the time between two looks of a watch. */
    public Duration pollInterval() {
        return times.pollInterval();
    }

    /** Returns the time for which a collector leaves alone what nothing refers to. */
    public Duration grace() {
        return times.grace();
    }

    /** Returns the time for which a deleted version can be restored. */
    public Duration retention() {
        return times.retention();
    }

    /** Returns the clock. */
    public Clock clock() {
        return times.clock();
    }

    /** Returns the inspectors, if they were given. */
    public Optional<List<ModelInspector>> inspectors() {
        return Optional.ofNullable(inspectors);
    }

    /** Returns who signs what is published. */
    public List<Signer> signers() {
        return seal.signers();
    }

    /** Returns whom to trust, if that was said. */
    public Optional<TrustPolicy> trust() {
        return Optional.ofNullable(seal.policy());
    }

    /** Returns what remembers the newest entries trusted, if anything does. */
    public Optional<TrustMemory> memory() {
        return Optional.ofNullable(seal.memory());
    }

    /** Returns whether the store is never asked. */
    public boolean offline() {
        return transfer.offline();
    }

    /** Returns whether a cache serves an export also when its head is over. */
    public boolean offlinePastExpiry() {
        return transfer.pastExpiry();
    }

    /** Returns who hears of pulls and pushes. */
    public TransferListener transfers() {
        return transfer.listener();
    }

    /** Returns how the cache behaves, if there is one. */
    Optional<CacheSettings> cacheSettings() {
        return transfer.settings(locked, times.clock());
    }

    /** Returns who wraps the keys of what is published, if anything is encrypted. */
    public Optional<KeyWrapper> encryption() {
        return Optional.ofNullable(seal.encryption());
    }

    /** Returns who unwraps the keys of what is read, if anybody does. */
    public Optional<KeyWrapper> decryption() {
        return Optional.ofNullable(seal.decryption());
    }

    /** Returns how much a package may bring. */
    public PackageLimits packageLimits() {
        return seal.limits();
    }

    SealOptions seal() {
        return seal;
    }

    boolean locked() {
        return locked;
    }
}
