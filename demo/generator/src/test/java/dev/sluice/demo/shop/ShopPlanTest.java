package dev.sluice.demo.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.demo.shop.ShopPlan.Item;
import dev.sluice.demo.shop.ShopPlan.Order;
import dev.sluice.demo.shop.ShopPlan.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The seed is written with the checks of references left out: so the plan itself may make valid ones only. */
final class ShopPlanTest {
    private static final Instant START = Instant.parse("2026-03-01T05:06:07Z");

    private static ShopPlan plan(long seed, long rows) {
        return new ShopPlan(seed, rows, START, false);
    }

    @Test
    void everyOrderIsOfAUserWhoWasThereAndOfProductsThatThereAre() {
        long drawn = System.nanoTime();
        System.out.println("ShopPlanTest seed " + drawn);
        Random random = new Random(drawn);
        for (int round = 0; round < 40; round++) {
            long seed = random.nextLong();
            ShopPlan plan = plan(seed, ShopPlan.MIN_ROWS + random.nextInt(3_000));
            for (int n = 1; n <= plan.orders; n++) {
                Order order = plan.order(n);
                assertThat(order.userId()).as("seed %d, order %d", seed, n).isBetween(1L, (long) plan.users);
                // The first of all users is there for the orders that come before the second.
                assertThat(order.userId() == 1 || plan.userCreatedMicros(order.userId()) <= order.createdMicros())
                        .as("seed %d, order %d", seed, n)
                        .isTrue();
                assertThat(order.updatedMicros())
                        .as("seed %d, order %d", seed, n)
                        .isBetween(order.createdMicros(), plan.startMicros);
                assertThat(plan.items(n, order))
                        .hasSize(order.items())
                        .allSatisfy(item -> assertThat(item.productId()).isBetween(1, plan.products));
            }
        }
    }

    /** Tables are written one after the other, so children are drawn again: they must come out the same. */
    @Test
    void aRowIsTheSameHoweverOftenAndInWhicheverOrderItIsDrawn() {
        ShopPlan forwards = plan(11, 5_000);
        ShopPlan backwards = plan(11, 5_000);
        List<Order> first = new ArrayList<>();
        List<List<Item>> firstItems = new ArrayList<>();
        for (int n = 1; n <= forwards.orders; n++) {
            first.add(forwards.order(n));
            firstItems.add(forwards.items(n, forwards.order(n)));
        }
        for (int n = backwards.orders; n >= 1; n--) {
            assertThat(backwards.items(n, backwards.order(n))).isEqualTo(firstItems.get(n - 1));
            assertThat(backwards.order(n)).isEqualTo(first.get(n - 1));
        }
    }

    @Test
    void seedsThatLieSideBySideGiveOtherShops() {
        Set<Order> seen = new HashSet<>();
        int orders = 0;
        for (long seed = 0; seed < 20; seed++) {
            ShopPlan plan = plan(seed, 2_000);
            for (int n = 1; n <= plan.orders; n++) {
                seen.add(plan.order(n));
                orders++;
            }
        }
        assertThat(seen).hasSizeGreaterThan(orders - orders / 100);
    }

    @Test
    void moreRowsDoNotChangeWhatAnOrderIsMadeOf() {
        Order small = plan(3, 2_000).order(5);
        Order large = plan(3, 200_000).order(5);
        assertThat(large.status()).isEqualTo(small.status());
        assertThat(large.totalCents()).isEqualTo(small.totalCents());
        assertThat(large.createdMicros()).isEqualTo(small.createdMicros());
    }

    @Test
    void ordersEndInTheSharesOfTheScenario() {
        ShopPlan plan = plan(5, 90_000);
        long[] counts = new long[Status.values().length];
        for (int n = 1; n <= plan.orders; n++) {
            counts[plan.order(n).status().ordinal()]++;
        }
        assertThat(counts[Status.CREATED.ordinal()] / (double) plan.orders).isBetween(0.31, 0.35);
        assertThat(counts[Status.CANCELLED.ordinal()] / (double) plan.orders).isBetween(0.42, 0.46);
        assertThat(counts[Status.COMPLETED.ordinal()] / (double) plan.orders).isBetween(0.21, 0.25);
    }
}
