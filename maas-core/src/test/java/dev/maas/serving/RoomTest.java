package dev.maas.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.maas.ModelLoadException;
import dev.maas.ModelRef;
import dev.maas.OverloadedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The account of memory, and who gets room in it. */
@Timeout(60)
class RoomTest {
    private static final ModelRef REF = ModelRef.parse("m:1");

    private final MemoryBudget budget = MemoryBudget.of(OptionalLong.of(100));
    /** What may go, the first first. */
    private final Deque<MemoryBudget.Share> idle = new ArrayDeque<>();

    private final Room room = new Room(budget, reason -> {
        MemoryBudget.Share share = idle.poll();
        if (share != null) {
            share.close();
        }
        return share != null;
    });

    private static Patience patience(Duration time) {
        return new Patience().atLeast(time);
    }

    private static Patience plenty() {
        return patience(Duration.ofSeconds(30));
    }

    @Test
    void whatIsTakenIsGivenBackOnce() {
        MemoryBudget.Share first = room.take(REF, 60, plenty());
        MemoryBudget.Share second = room.take(REF, 40, plenty());
        assertThat(budget.taken()).isEqualTo(100);
        assertThat(budget.tryTake(1)).isNull();
        assertThat(second.tryResize(41)).isFalse();
        assertThat(second.bytes()).isEqualTo(40);
        assertThat(second.tryResize(10)).isTrue();

        first.close();
        first.close();

        assertThat(budget.taken()).isEqualTo(10);
        assertThat(first.tryResize(5)).as("what was given back").isFalse();
        assertThat(budget.report(3)).isEqualTo(new ServiceHealth.Memory(10, OptionalLong.of(100), 100, 3));
    }

    @Test
    void noMoreGoesThanIsNeeded() {
        for (int i = 0; i < 10; i++) {
            idle.add(room.take(REF, 10, plenty()));
        }
        room.take(REF, 25, plenty());
        assertThat(idle).hasSize(7);
    }

    @Test
    void whatIsLargerThanTheWholeBudgetIsRefusedAtOnceAndNothingGoes() {
        idle.add(room.take(REF, 50, plenty()));
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> room.take(REF, 101, plenty()))
                .withMessage("'m:1' takes 101 bytes; the whole memory budget is 100."
                        + " Raise memoryBudget, or use a smaller model");
        assertThatExceptionOfType(ModelLoadException.class).isThrownBy(() -> room.tryResize(idle.element(), REF, 101));
        assertThat(budget.taken()).isEqualTo(50);
    }

    @Test
    void withoutRoomItWaitsAsLongAsThePatienceLastsAndTellsTheFigures() {
        MemoryBudget.Share used = room.take(REF, 80, plenty());
        Patience patience = patience(Duration.ofMillis(50));

        assertThatExceptionOfType(OverloadedException.class)
                .isThrownBy(() -> room.take(ModelRef.parse("other:2"), 30, patience))
                .withMessageStartingWith(
                        "There is no room to load 'other:2': it takes 30 bytes; of the memory budget of"
                                + " 100, 80 are taken by versions that are in use");
        assertThat(patience.nanosLeft()).isNegative();
        assertThat(patience.shortage().orElseThrow())
                .as("what calls are told that expire with the load")
                .contains("it takes 30 bytes");
        assertThat(budget.taken()).isEqualTo(80);

        used.close();
        assertThat(room.take(REF, 100, patience).bytes())
                .as("there is room now")
                .isEqualTo(100);
        assertThat(patience.shortage()).isEmpty();
    }

    @Test
    void nobodyHearsOfAShortageBeforeItIsKnownThatNothingCanGo() {
        Patience hasty = patience(Duration.ZERO);
        List<String> heard = new ArrayList<>();
        MemoryBudget ample = MemoryBudget.of(OptionalLong.of(100));
        Room watched = new Room(ample, reason -> {
            hasty.shortage().ifPresent(heard::add);
            return false;
        });
        watched.take(REF, 60, hasty);
        assertThat(hasty.shortage()).isEmpty();

        assertThatExceptionOfType(OverloadedException.class).isThrownBy(() -> watched.take(REF, 60, hasty));
        assertThat(heard).isEmpty();
        assertThat(hasty.shortage()).isPresent();
    }

    @Test
    void whoeverComesToWaitProlongsTheWait() throws Exception {
        MemoryBudget.Share used = room.take(REF, 80, plenty());
        Patience patience = patience(Duration.ofMillis(300));
        CompletableFuture<MemoryBudget.Share> waiting =
                CompletableFuture.supplyAsync(() -> room.take(REF, 30, patience));
        await().until(() -> patience.shortage().isPresent());
        patience.atLeast(Duration.ofSeconds(30));
        assertThat(patience.shortage().orElseThrow()).contains("it takes 30 bytes");
        await().pollDelay(Duration.ofMillis(400)).until(() -> true);

        used.close();

        assertThat(waiting.get(30, TimeUnit.SECONDS).bytes()).isEqualTo(30);
    }

    @Test
    void aLargeOneIsNotOvertakenBySmallOnes() throws Exception {
        MemoryBudget.Share used = room.take(REF, 80, plenty());
        Patience patience = plenty();
        CompletableFuture<MemoryBudget.Share> large = CompletableFuture.supplyAsync(() -> room.take(REF, 90, patience));
        await().until(() -> patience.shortage().isPresent());

        assertThatExceptionOfType(OverloadedException.class)
                .as("though it would fit")
                .isThrownBy(() -> room.take(REF, 10, patience(Duration.ofMillis(50))));
        used.close();

        assertThat(large.get(30, TimeUnit.SECONDS).bytes()).isEqualTo(90);
        assertThat(room.take(REF, 10, plenty()).bytes()).isEqualTo(10);
    }

    @Test
    void whoHoldsAShareNeverWaitsForMore() throws Exception {
        MemoryBudget.Share mine = room.take(REF, 40, plenty());
        MemoryBudget.Share other = room.take(REF, 40, plenty());
        Patience patience = plenty();
        CompletableFuture<MemoryBudget.Share> head = CompletableFuture.supplyAsync(() -> room.take(REF, 90, patience));
        await().until(() -> patience.shortage().isPresent());

        assertThat(room.tryResize(mine, REF, 70)).isFalse();
        assertThat(mine.bytes()).isEqualTo(40);
        assertThat(room.tryResize(mine, REF, 60)).as("though somebody waits").isTrue();
        idle.add(other);
        assertThat(room.tryResize(mine, REF, 5)).isTrue();

        assertThat(head.get(30, TimeUnit.SECONDS).bytes()).isEqualTo(90);
        assertThat(room.tryResize(mine, REF, 10)).isTrue();
    }

    @Test
    void anInterruptIsKeptAndFailsNobodyWhoWaitsForTheSameLoad() throws Exception {
        MemoryBudget.Share used = room.take(REF, 80, plenty());
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicLong got = new AtomicLong();
        Patience patience = plenty();
        Thread thread = new Thread(() -> {
            got.set(room.take(REF, 30, patience).bytes());
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        thread.start();
        await().until(() -> patience.shortage().isPresent());

        thread.interrupt();
        used.close();
        thread.join();

        assertThat(got).hasValue(30);
        assertThat(interrupted).isTrue();
    }

    @Test
    void sharesOfManyThreadsNeverExceedTheBudget() throws Exception {
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        AtomicLong outside = new AtomicLong();
        AtomicLong highest = new AtomicLong();
        for (int thread = 0; thread < 4; thread++) {
            long seed = thread;
            threads.add(CompletableFuture.runAsync(() -> {
                java.util.Random random = new java.util.Random(seed);
                for (int i = 0; i < 2_000; i++) {
                    long bytes = 1L + random.nextInt(50);
                    try (MemoryBudget.Share share = room.take(REF, bytes, plenty())) {
                        // An account of the test's own, kept while the share is held.
                        long now = outside.addAndGet(bytes);
                        highest.accumulateAndGet(now, Math::max);
                        long more = random.nextInt(50);
                        if (share.tryResize(bytes + more)) {
                            highest.accumulateAndGet(outside.addAndGet(more), Math::max);
                            outside.addAndGet(-more);
                            assertThat(share.tryResize(bytes)).isTrue();
                        }
                        outside.addAndGet(-bytes);
                    }
                }
            }));
        }
        for (CompletableFuture<Void> thread : threads) {
            thread.get(50, TimeUnit.SECONDS);
        }
        assertThat(highest.get()).isBetween(50L, 100L);
        assertThat(budget.taken()).isZero();
    }
}
