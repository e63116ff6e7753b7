package dev.maas.registry.store.oci;

import dev.maas.RegistryException;
import dev.maas.registry.store.RequestThreads;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens an {@link OciStore}: makes its client, looks at what the repository holds, and tries out whether tags keep what was put first. */
final class OciStoreOpening {
    private static final Logger LOG = LoggerFactory.getLogger(OciStoreOpening.class);
    private static final String HEADER = "store.json";
    private static final int RACERS = 3;

    private final OciLocation location;
    private final OciParts parts;

    private OciStoreOpening(OciLocation location, OciParts parts) {
        this.location = location;
        this.parts = parts;
    }

    static OciStore open(OciLocation location, @Nullable OciCredentials credentials, OciTuning tuning) {
        return open(location, credentials, tuning, OciHttp::sleep);
    }

    static OciStore open(
            OciLocation location, @Nullable OciCredentials credentials, OciTuning tuning, OciHttp.Pauses pauses) {
        HttpClient client = HttpClient.newBuilder()
                // One connection for each request at once; what a proxy makes of HTTP/2 is one thing less to know.
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(tuning.connectTimeout())
                .build();
        OciAuth auth = new OciAuth(
                credentials, new OciTokens(client, location.root(), tuning), location.repository(), System::nanoTime);
        OciHttp http = new OciHttp(client, location.root(), auth, tuning, pauses);
        OciParts parts = OciParts.of(location.name(), http, tuning);
        try {
            OciStoreOpening opening = new OciStoreOpening(location, parts);
            opening.requireOwn();
            return new OciStore(location.name(), parts, opening.readOnlyReason().orElse(null));
        } catch (IOException e) {
            parts.threads().close();
            throw new RegistryException(location.name() + ": cannot be opened: " + OciException.reason(e), e);
        } catch (RuntimeException e) {
            parts.threads().close();
            throw e;
        }
    }

    /** A repository that is in use for something else is a slip of the pen; it must not be littered. */
    private void requireOwn() throws IOException {
        if (parts.entries().findByTag(OciTags.of(HEADER)).isPresent()) {
            return;
        }
        Set<String> tags = parts.manifests().tags();
        tags.remove(OciTags.PROBE);
        for (String tag : tags) {
            boolean own = OciTags.key(tag).isPresent() || OciTags.isLong(tag);
            if (own && parts.entries().findByTag(tag).isPresent()) {
                return;
            }
        }
        if (!tags.isEmpty()) {
            throw new RegistryException(location.name() + ": the repository has the tag '"
                    + tags.iterator().next()
                    + "' and is no registry of models. Name one that is empty, or that a registry was made in");
        }
    }

    private Optional<String> readOnlyReason() throws IOException {
        try {
            if (!location.singleWriter()) {
                return probe();
            }
            parts.upload().probe();
            return Optional.empty();
        } catch (OciRefusal e) {
            if (e.isDenied()) {
                return Optional.of("writing was refused: " + e.getMessage());
            }
            throw e;
        }
    }

    /** Lets several puts race for a tag, and one more come late; returns why the store must not be written to, if so. */
    private Optional<String> probe() throws IOException {
        parts.put().putEmpty();
        List<Future<Boolean>> racers = new ArrayList<>();
        for (int i = 0; i < RACERS; i++) {
            racers.add(parts.threads().submit(put()));
        }
        int winners = 0;
        for (Future<Boolean> racer : racers) {
            winners += RequestThreads.get(racer) ? 1 : 0;
        }
        Optional<OciManifests.Found> first =
                parts.manifests().get(OciTags.PROBE).found();
        boolean late = await(put());
        Optional<OciManifests.Found> last = parts.manifests().get(OciTags.PROBE).found();
        // Where tags keep what was put first, one of an earlier opening may lie there, and nobody wins.
        boolean keeps = winners <= 1
                && !late
                && first.isPresent()
                && first.map(OciManifests.Found::hex).equals(last.map(OciManifests.Found::hex));
        last.ifPresent(probe -> remove(probe.hex()));
        return keeps
                ? Optional.empty()
                : Optional.of("its tags do not keep what was put first: of " + RACERS + " puts to one tag at once "
                        + winners + " were taken" + (late ? ", and a later one was, too" : "")
                        + ", so that two writers could overwrite each other's commits. Where there is one writer,"
                        + " open it there with single-writer=true");
    }

    private static boolean await(Callable<Boolean> put) throws IOException {
        try {
            return put.call();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("A put throws nothing else", e);
        }
    }

    /** Puts a probe that is no other's; tells whether the registry took it. */
    private Callable<Boolean> put() {
        byte[] bytes = OciEntry.of("probe", Instant.EPOCH, OciEntry.Content.inline(new byte[0]))
                .write();
        return () -> {
            try {
                parts.manifests().put(OciTags.PROBE, bytes, OciEntry.MANIFEST_TYPE, true);
                return true;
            } catch (OciRefusal e) {
                if (e.isDenied() || e.status() >= 500) {
                    throw e;
                }
                return false;
            }
        };
    }

    private void remove(String hex) {
        try {
            parts.manifests().delete(hex);
        } catch (IOException e) {
            // Whoever may put and not delete can still publish; the next opening puts its probe in this one's place.
            LOG.debug("{} keeps what was put to try it out", location.name(), e);
        }
    }
}
