package dev.maas.registry;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one entry of a model's log does. Implementations are immutable. */
sealed interface Change {
    /** Returns the word for it in the log. */
    String kind();

    /** Returns what it is done to, for the history. */
    String subject();

    /**
     * The publishing of a version, together with the aliases that move to it.
     *
     * @param version its number
     * @param manifest the digest of its manifest
     * @param byteSize the size of its files together
     * @param facts what is known about it
     * @param factsHex the digest of the facts' written form
     * @param blobs the digests of everything that it needs, so that a collector need not read manifests
     * @param aliases the aliases that point to it since
     * @param attachments what refers to it from the beginning, such as its publisher's signatures
     */
    record Publish(
            int version,
            String manifest,
            long byteSize,
            Facts facts,
            String factsHex,
            List<String> blobs,
            List<String> aliases,
            List<Attach> attachments)
            implements Change {
        @Override
        public String kind() {
            return "publish";
        }

        @Override
        public String subject() {
            return Integer.toString(version);
        }
    }

    /**
     * The move of an alias.
     *
     * @param alias the alias
     * @param to the version it points to since; 0 if it was removed
     */
    record Alias(String alias, int to) implements Change {
        @Override
        public String kind() {
            return "alias";
        }

        @Override
        public String subject() {
            return to == 0 ? alias : alias + "=" + to;
        }
    }

    /**
     * New tags, properties and a description of a version; each replaces what was there.
     *
     * @param version its number
     * @param tags all its tags
     * @param properties all its properties
     * @param description its description
     */
    record Tag(int version, List<String> tags, Map<String, String> properties, String description) implements Change {
        @Override
        public String kind() {
            return "tag";
        }

        @Override
        public String subject() {
            return Integer.toString(version);
        }
    }

    /**
     * A step in a version's life.
     *
     * @param kind yank, unyank, delete, restore or purge
     * @param version its number
     * @param until until when it can be restored, if it was deleted
     */
    record Life(String kind, int version, Optional<Instant> until) implements Change {
        @Override
        public String subject() {
            return Integer.toString(version);
        }
    }

    /**
     * Something that refers to a version, such as a signature of its manifest.
     *
     * @param version its number
     * @param type what it is, a media type
     * @param manifest the digest of its own manifest, whose subject is the version's
     * @param blobs the digests of everything that it needs
     */
    record Attach(int version, String type, String manifest, List<String> blobs) implements Change {
        @Override
        public String kind() {
            return "attach";
        }

        @Override
        public String subject() {
            return Integer.toString(version);
        }
    }
}
