package dev.maas.rollout;

import dev.maas.monitor.TwoSampleTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The comparisons of a canary and what they come to. Safe for use by any thread; each observation takes a lock for some hundred nanoseconds.
 *
 * <p>The candidate is rolled back when one comparison finds it worse; they share the probability of error evenly, so that together they keep
 * to it. It is promoted when all find it no worse, which they find in error with at most that probability, too.
 */
final class CanaryTests {
    /** More numbers of the baseline in a block make its mean hardly any surer. */
    private static final int MOST_PER_BLOCK = 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final TwoSampleTest failures;
    private final @Nullable TwoSampleTest slow;
    private final @Nullable TwoSampleTest wrong;
    private final double alpha;
    private final int count;
    private final long minCalls;

    /** Written under the lock. */
    private volatile CanaryReport.State state = CanaryReport.State.RUNNING;

    CanaryTests(Canary.Builder<?, ?> builder) {
        int perBlock = (int) Math.max(1, Math.min(MOST_PER_BLOCK, (1 - builder.share) / builder.share / 2));
        this.failures = new TwoSampleTest(builder.margin, perBlock);
        this.slow = builder.slowerThan == null ? null : new TwoSampleTest(builder.margin, perBlock);
        this.wrong = builder.feedback ? new TwoSampleTest(builder.margin, perBlock) : null;
        this.alpha = builder.alpha;
        this.count = 1 + (slow == null ? 0 : 1) + (wrong == null ? 0 : 1);
        this.minCalls = builder.minCalls;
    }

    CanaryReport.State state() {
        return state;
    }

    /** Takes a call that ended; returns the report if it decided. */
    Optional<CanaryReport> ended(boolean candidate, boolean failed, boolean tooSlow) {
        return observe(() -> {
            add(failures, candidate, failed);
            if (slow != null && !failed) {
                add(slow, candidate, tooSlow);
            }
        });
    }

    /** Takes what was said about a prediction; returns the report if it decided. */
    Optional<CanaryReport> judged(boolean candidate, boolean isWrong) {
        return observe(() -> {
            if (wrong != null) {
                add(wrong, candidate, isWrong);
            }
        });
    }

    boolean takesFeedback() {
        return wrong != null;
    }

    private static void add(TwoSampleTest test, boolean candidate, boolean bad) {
        double number = bad ? 1 : 0;
        if (candidate) {
            test.observeCandidate(number);
        } else {
            test.observeBaseline(number);
        }
    }

    private Optional<CanaryReport> observe(Runnable observation) {
        if (state != CanaryReport.State.RUNNING) {
            return Optional.empty();
        }
        lock.lock();
        try {
            if (state != CanaryReport.State.RUNNING) {
                return Optional.empty();
            }
            observation.run();
            return decide();
        } finally {
            lock.unlock();
        }
    }

    private Optional<CanaryReport> decide() {
        List<TwoSampleTest> tests = tests();
        if (tests.stream().anyMatch(test -> test.worse(alpha / count))) {
            state = CanaryReport.State.ROLLED_BACK;
        } else if (failures.candidateCount() >= minCalls && tests.stream().allMatch(test -> test.noWorse(alpha))) {
            state = CanaryReport.State.PROMOTED;
        } else {
            return Optional.empty();
        }
        return Optional.of(report());
    }

    /** Decides by somebody's word; returns the report if it was not decided before. */
    Optional<CanaryReport> decide(CanaryReport.State wanted) {
        lock.lock();
        try {
            if (state != CanaryReport.State.RUNNING) {
                return Optional.empty();
            }
            state = wanted;
            return Optional.of(report());
        } finally {
            lock.unlock();
        }
    }

    private List<TwoSampleTest> tests() {
        List<TwoSampleTest> tests = new ArrayList<>(3);
        tests.add(failures);
        if (slow != null) {
            tests.add(slow);
        }
        if (wrong != null) {
            tests.add(wrong);
        }
        return tests;
    }

    CanaryReport report() {
        lock.lock();
        try {
            List<CanaryReport.Measure> measures = new ArrayList<>();
            measures.add(measure("failures", failures));
            if (slow != null) {
                measures.add(measure("slow", slow));
            }
            if (wrong != null) {
                measures.add(measure("wrong", wrong));
            }
            return new CanaryReport(state, measures);
        } finally {
            lock.unlock();
        }
    }

    private CanaryReport.Measure measure(String name, TwoSampleTest test) {
        return new CanaryReport.Measure(
                name,
                test.baselineCount(),
                test.baselineMean(),
                test.candidateCount(),
                test.candidateMean(),
                test.evidence(),
                count / alpha);
    }
}
