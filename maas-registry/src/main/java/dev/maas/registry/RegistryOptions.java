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
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
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
    private static final RegistryOptions DEFAULTS = new RegistryOptions(new Values());

    /** Not written to any more, so that every thread sees what this one saw. */
    private final Values values;

    private RegistryOptions(Values values) {
        this.values = values;
    }

    /** What the options say, while they are made. */
    private static final class Values {
        @Nullable
        String who;

        Duration maxStaleness = Duration.ZERO;
        Duration pollInterval = Duration.ofSeconds(1);
        Duration grace = Duration.ofDays(1);
        Duration retention = Duration.ofDays(30);
        Clock clock = Clock.systemUTC();

        @Nullable
        List<ModelInspector> inspectors;

        boolean locked = true;
        SealOptions seal = SealOptions.NONE;
        TransferOptions transfer = TransferOptions.NONE;

        Values() {}

        Values(Values from) {
            who = from.who;
            maxStaleness = from.maxStaleness;
            pollInterval = from.pollInterval;
            grace = from.grace;
            retention = from.retention;
            clock = from.clock;
            inspectors = from.inspectors;
            locked = from.locked;
            seal = from.seal;
            transfer = from.transfer;
        }
    }

    private RegistryOptions with(Consumer<Values> change) {
        Values changed = new Values(values);
        change.accept(changed);
        return new RegistryOptions(changed);
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
        String required = Orders.requireWho(name);
        return with(changed -> changed.who = required);
    }

    /**
     * Returns these options with the time for which an answer may be older than the store; zero, the default, asks the store each
     * time whether there is news. What this registry itself commits it always sees.
     *
     * @throws InvalidInputException if it is negative
     */
    public RegistryOptions maxStaleness(Duration time) {
        Duration required = notNegative(time, "staleness");
        return with(changed -> changed.maxStaleness = required);
    }

    /**
     * Returns these options with the time between two looks of a watch; 1 second by default. While the store fails, a watch looks ever
     * more rarely, up to a minute.
     *
     * @throws InvalidInputException if it is below 10 ms
     */
    public RegistryOptions pollInterval(Duration time) {
        if (time.compareTo(Duration.ofMillis(10)) < 0) {
            throw new InvalidInputException("A poll interval is at least 10 ms; got " + time);
        }
        return with(changed -> changed.pollInterval = time);
    }

    /**
     * Returns these options with the time for which a collector leaves alone what nothing refers to: longer than any publisher may
     * stand still between two steps, and the same for all who publish to and collect in one store. 1 day by default.
     *
     * @throws InvalidInputException if it is negative
     */
    public RegistryOptions grace(Duration time) {
        Duration required = notNegative(time, "grace time");
        return with(changed -> changed.grace = required);
    }

    /**
     * Returns these options with the time for which a deleted version can be restored; 30 days by default.
     *
     * @throws InvalidInputException if it is negative
     */
    public RegistryOptions retention(Duration time) {
        Duration required = notNegative(time, "retention");
        return with(changed -> changed.retention = required);
    }

    /** Returns these options with the clock that dates entries and decides on staleness and retention. */
    public RegistryOptions clock(Clock newClock) {
        Objects.requireNonNull(newClock, "clock");
        return with(changed -> changed.clock = newClock);
    }

    /** Returns these options with the inspectors that read signatures, in place of those that {@link java.util.ServiceLoader} finds. */
    public RegistryOptions inspectors(List<ModelInspector> newInspectors) {
        List<ModelInspector> copy = List.copyOf(newInspectors);
        return with(changed -> changed.inspectors = copy);
    }

    /**
     * Returns these options with who signs what this registry publishes; nobody by default. Each signature is in the same commit as the
     * version that it is of.
     */
    public RegistryOptions signWith(Signer... signers) {
        return seal(values.seal.signers(List.of(signers)));
    }

    /**
     * Returns these options with whom to trust: a version that the policy refuses is neither resolved nor opened. By default, every
     * version is trusted whose bytes have their digests. Lists and searches are not checked.
     */
    public RegistryOptions trust(TrustPolicy policy) {
        return seal(values.seal.policy(policy));
    }

    /**
     * Returns these options with a folder that remembers the newest entry of each model's log that was trusted, so that an older or a
     * forked log is refused, also by the next process. None by default; each registry needs a folder of its own.
     */
    public RegistryOptions memory(Path folder) {
        return seal(values.seal.memory(TrustMemory.in(folder)));
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
        return seal(values.seal.encryption(keys));
    }

    /**
     * Returns these options with who unwraps the keys of what this registry reads; nobody by default, so that versions that are encrypted can
     * be listed, copied and verified, but not opened.
     *
     * @throws InvalidInputException if Tink is missing; the message has its coordinates
     */
    public RegistryOptions decryptWith(KeyWrapper keys) {
        BlobCipher.requireAvailable();
        return seal(values.seal.decryption(keys));
    }

    /** Returns these options with how much a package may bring that is published, in place of {@link PackageLimits#defaults()}. */
    public RegistryOptions packageLimits(PackageLimits limits) {
        return seal(values.seal.limits(limits));
    }

    private RegistryOptions seal(SealOptions newSeal) {
        return with(changed -> changed.seal = newSeal);
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
        return transfer(values.transfer.cache(folder, mostBytes));
    }

    /** Returns these options with whether to serve only what is in the cache, and never to ask the store; false by default. */
    public RegistryOptions offline(boolean offline) {
        return transfer(values.transfer.offline(offline));
    }

    /** Returns these options with who hears how far long pulls and pushes have come; nobody by default. */
    public RegistryOptions transfers(TransferListener listener) {
        return transfer(values.transfer.listener(listener));
    }

    private RegistryOptions transfer(TransferOptions newTransfer) {
        return with(changed -> changed.transfer = newTransfer);
    }

    /** Returns these options without locks between this process's own committers, to show that nothing rests on them. */
    RegistryOptions withoutLocks() {
        return with(changed -> changed.locked = false);
    }

    private static Duration notNegative(Duration time, String what) {
        if (time.isNegative()) {
            throw new InvalidInputException("A " + what + " is not negative; got " + time);
        }
        return time;
    }

    /** Returns the name for this registry's orders, if one was given. */
    public Optional<String> who() {
        return Optional.ofNullable(values.who);
    }

    /** Returns for how long an answer may be older than the store. */
    public Duration maxStaleness() {
        return values.maxStaleness;
    }

    /** Returns the time between two looks of a watch. */
    public Duration pollInterval() {
        return values.pollInterval;
    }

    /** Returns the time for which a collector leaves alone what nothing refers to. */
    public Duration grace() {
        return values.grace;
    }

    /** Returns the time for which a deleted version can be restored. */
    public Duration retention() {
        return values.retention;
    }

    /** Returns the clock. */
    public Clock clock() {
        return values.clock;
    }

    /** Returns the inspectors, if they were given. */
    public Optional<List<ModelInspector>> inspectors() {
        return Optional.ofNullable(values.inspectors);
    }

    /** Returns who signs what is published. */
    public List<Signer> signers() {
        return values.seal.signers();
    }

    /** Returns whom to trust, if that was said. */
    public Optional<TrustPolicy> trust() {
        return Optional.ofNullable(values.seal.policy());
    }

    /** Returns what remembers the newest entries trusted, if anything does. */
    public Optional<TrustMemory> memory() {
        return Optional.ofNullable(values.seal.memory());
    }

    /** Returns whether the store is never asked. */
    public boolean offline() {
        return values.transfer.offline();
    }

    /** Returns who hears of pulls and pushes. */
    public TransferListener transfers() {
        return values.transfer.listener();
    }

    /** Returns how the cache behaves, if there is one. */
    Optional<CacheSettings> cacheSettings() {
        return values.transfer.settings(values.locked, values.clock);
    }

    /** Returns who wraps the keys of what is published, if anything is encrypted. */
    public Optional<KeyWrapper> encryption() {
        return Optional.ofNullable(values.seal.encryption());
    }

    /** Returns who unwraps the keys of what is read, if anybody does. */
    public Optional<KeyWrapper> decryption() {
        return Optional.ofNullable(values.seal.decryption());
    }

    /** Returns how much a package may bring. */
    public PackageLimits packageLimits() {
        return values.seal.limits();
    }

    SealOptions seal() {
        return values.seal;
    }

    boolean locked() {
        return values.locked;
    }
}
