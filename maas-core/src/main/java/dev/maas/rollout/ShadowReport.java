package dev.maas.rollout;

/**
 * What became of the calls that a {@link Shadow} mirrored. Immutable.
 *
 * @param agreed calls that both sides answered alike
 * @param differed calls that they answered otherwise
 * @param failed calls that the primary answered and the shadow did not
 * @param dropped calls that were not mirrored since the shadow was behind
 * @param shadowMicros the mean time that the shadow took for a call, in microseconds; 0 if there was none
 */
public record ShadowReport(long agreed, long differed, long failed, long dropped, double shadowMicros) {}
