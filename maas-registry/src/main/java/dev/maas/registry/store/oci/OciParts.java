package dev.maas.registry.store.oci;

import dev.maas.registry.store.RequestThreads;

/**
 * What a store is made of; see each part.
 *
 * @param manifests manifests and tags
 * @param blobs reads blobs
 * @param upload puts blobs
 * @param entries what lies under keys' tags
 * @param put puts objects
 * @param delete deletes objects
 * @param labels names for other tools
 * @param locks keep the threads of this store from each other
 * @param threads for several requests at once
 */
record OciParts(
        OciManifests manifests,
        OciBlobs blobs,
        OciUpload upload,
        OciEntries entries,
        OciPut put,
        OciDelete delete,
        OciLabels labels,
        KeyLocks locks,
        RequestThreads threads) {
    static OciParts of(String name, OciHttp http, OciTuning tuning) {
        KeyLocks locks = new KeyLocks();
        OciManifests manifests = new OciManifests(http, tuning);
        OciBlobs blobs = new OciBlobs(http, tuning);
        OciUpload upload = new OciUpload(http, blobs, tuning);
        OciEntries entries = new OciEntries(manifests);
        OciReferrers referrers = new OciReferrers(manifests, locks);
        return new OciParts(
                manifests,
                blobs,
                upload,
                entries,
                new OciPut(name, http, manifests, entries, upload, referrers, tuning),
                new OciDelete(name, manifests, entries, referrers),
                new OciLabels(manifests, locks),
                locks,
                new RequestThreads(name));
    }
}
