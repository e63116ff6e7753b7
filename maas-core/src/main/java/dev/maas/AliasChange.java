package dev.maas;

import java.time.Instant;
import java.util.OptionalInt;

/**
 * One move of an alias, as a registry remembers it.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param name the model's name
 * @param alias the alias
 * @param from the version it pointed to before; empty if it was new
 * @param to the version it points to since; empty if it was removed
 * @param at when
 * @param who who moved it
 * @param why the reason they gave; empty if none
 */
public record AliasChange(
        String name, String alias, OptionalInt from, OptionalInt to, Instant at, String who, String why) {}
