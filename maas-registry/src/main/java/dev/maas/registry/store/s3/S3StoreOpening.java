package dev.maas.registry.store.s3;

import dev.maas.RegistryException;
import dev.maas.registry.store.ObjectContent;
import dev.maas.registry.store.RequestThreads;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/** Opens an {@link S3Store}: makes its client, looks at what the bucket holds, and tries out whether one of several puts wins. */
final class S3StoreOpening {
    /** Shows that the place is a store's, before the registry has put anything. */
    private static final String MARK = S3Store.SCRATCH + "store";

    private static final String HEADER = "store.json";
    private static final String DEFAULT_REGION = "us-east-1";
    private static final int RACERS = 3;
    private static final ObjectContent PROBE =
            ObjectContent.of("probe".getBytes(StandardCharsets.US_ASCII), ObjectContent.OCTETS);

    /** How servers refuse who may not write, and conditions that they do not know. */
    private static final Set<Integer> REFUSALS = Set.of(S3Bucket.FORBIDDEN, 405, S3Bucket.NOT_IMPLEMENTED);

    private static final Logger LOG = LoggerFactory.getLogger(S3StoreOpening.class);

    private S3StoreOpening() {}

    static S3Store open(S3Location location, S3Tuning tuning) {
        return open(location, tuning, client -> {});
    }

    /** Opens a store by a client that is changed last. */
    static S3Store open(S3Location location, S3Tuning tuning, Consumer<S3ClientBuilder> change) {
        S3Bucket bucket = new S3Bucket(client(location, tuning, change), location);
        RequestThreads requests = new RequestThreads(location.name());
        try {
            boolean fresh = requireOwn(bucket);
            S3Put put = new S3Put(bucket, new S3Multipart(bucket, tuning, requests), tuning);
            @Nullable String reason = probe(bucket, put, requests).orElse(null);
            if (fresh && reason == null) {
                put.putIfAbsent(MARK, PROBE);
            }
            return new S3Store(bucket, tuning, requests, put, reason);
        } catch (RuntimeException e) {
            requests.close();
            bucket.close();
            throw e;
        }
    }

    private static S3Client client(S3Location location, S3Tuning tuning, Consumer<S3ClientBuilder> change) {
        BackoffStrategy backoff = BackoffStrategy.exponentialDelay(
                tuning.firstBackoff(), tuning.firstBackoff().multipliedBy(50));
        S3ClientBuilder builder = S3Client.builder()
                .credentialsProvider(DefaultCredentialsProvider.builder().build())
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(tuning.connectTimeout())
                        .socketTimeout(tuning.readTimeout()))
                .forcePathStyle(location.pathStyle())
                // Compatible servers do not know the newer checksums; Content-MD5 goes with every put.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(S3Configuration.builder()
                        .chunkedEncodingEnabled(false)
                        .expectContinueEnabled(false)
                        .build())
                .overrideConfiguration(override -> override.apiCallTimeout(tuning.callTimeout())
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(tuning.attempts())
                                // An answer that was cut off.
                                .retryOnExceptionOrCauseInstanceOf(XMLStreamException.class)
                                .backoffStrategy(backoff)
                                .throttlingBackoffStrategy(backoff)
                                .build()));
        Optional<URI> endpoint = location.endpoint();
        endpoint.ifPresent(builder::endpointOverride);
        location.region()
                .or(() -> endpoint.map(other -> DEFAULT_REGION))
                .ifPresent(region -> builder.region(Region.of(region)));
        change.accept(builder);
        try {
            return builder.build();
        } catch (SdkException e) {
            throw new RegistryException(
                    location.name() + ": its client cannot be made: no region is named or found. Name it: region=…", e);
        }
    }

    /** A place that is in use for something else is a slip of the pen; it must not be littered. Returns whether it is empty. */
    private static boolean requireOwn(S3Bucket bucket) {
        ListObjectsV2Response first = bucket.list("", null, null, 1);
        if (first.contents().isEmpty()) {
            return true;
        }
        if (bucket.head(HEADER).isEmpty() && bucket.head(MARK).isEmpty()) {
            String key = first.contents().get(0).key().substring(bucket.prefix().length());
            if (!key.startsWith(S3Store.SCRATCH)) {
                throw new RegistryException(bucket.name() + ": the bucket holds '" + key.replaceAll("\\p{Cntrl}", "?")
                        + "' there and is no registry. Name a prefix that is empty, or that a registry was made at");
            }
        }
        return false;
    }

    /** Lets several puts race for a key, and one more come late; returns why the store must not be written to, if so. */
    private static Optional<String> probe(S3Bucket bucket, S3Put put, RequestThreads requests) {
        String key = S3Store.PROBES + UUID.randomUUID();
        try {
            List<Future<Boolean>> racers = new ArrayList<>();
            for (int i = 0; i < RACERS; i++) {
                racers.add(requests.submit(() -> put.putIfAbsent(key, PROBE)));
            }
            int winners = 0;
            for (Future<Boolean> racer : racers) {
                winners += RequestThreads.get(racer) ? 1 : 0;
            }
            boolean late = put.putIfAbsent(key, PROBE);
            remove(bucket, key);
            return winners == 1 && !late
                    ? Optional.empty()
                    : Optional.of("of " + RACERS + " puts to one key at once, each if there is no object, " + winners
                            + " won" + (late ? ", and a later one did, too" : "")
                            + "; the server must heed If-None-Match");
        } catch (RegistryException e) {
            if (e.getCause() instanceof SdkException refusal && REFUSALS.contains(S3Bucket.status(refusal))) {
                return Optional.of("a put if there is no object failed: " + S3Bucket.reason(refusal));
            }
            throw e;
        } catch (IOException e) {
            throw new RegistryException(bucket.name() + ": cannot try out its puts", e);
        }
    }

    private static void remove(S3Bucket bucket, String key) {
        try {
            bucket.delete(key);
        } catch (RegistryException e) {
            // Whoever may put and not delete can still publish.
            LOG.warn("{} keeps what was put to try it out: {}", bucket.name(), e.getMessage());
        }
    }
}
