package dev.sluice.demo.shop;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What the seed writes: a pure function of seed, number of rows and start. Every row is drawn from its own random
 * stream, so that orders and their children can be generated table by table without being kept. Times are
 * microseconds since 1970, wall time in UTC.
 */
final class ShopPlan {
    /** Fewer rows than this leave no room for one of everything. */
    static final long MIN_ROWS = 100;
    /** Every key fits an int with room to spare, and a count of users of 50 M is far beyond any demo. */
    static final long MAX_ROWS = 100_000_000;

    static final String[] CATEGORY_NAMES = {"Electronics", "Books", "Clothing", "Home & Kitchen", "Toys & Games"};

    private static final long DAY = ChronoUnit.DAYS.getDuration().toNanos() / 1000;
    private static final long HOUR = DAY / 24;
    private static final long ORDERS_SPAN = 3 * DAY;
    private static final long USERS_SPAN = 10 * DAY;
    /** Expected rows of one unit: 5 categories, 30 products, 2,000 users, 500 orders and their children. */
    private static final double ROWS_PER_UNIT = 4554;

    private static final double ORDERS_PER_UNIT = 500;
    private static final double PRODUCTS_PER_UNIT = 30;
    private static final double CATEGORIES_PER_UNIT = 5;

    final long seed;
    final long startMicros;
    final boolean unicodeNames;
    final int categories;
    final int products;
    final int orders;
    final int users;

    enum Status {
        CREATED,
        CANCELLED,
        COMPLETED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    record Order(
            long userId,
            Status status,
            long totalCents,
            String method,
            long createdMicros,
            long updatedMicros,
            int items) {}

    record Item(int productId, int quantity, long priceCents, boolean reviewed, int rating) {}

    /** {@code rows} is the exact total over all tables. */
    ShopPlan(long seed, long rows, Instant start, boolean unicodeNames) {
        if (rows < MIN_ROWS || rows > MAX_ROWS) {
            throw new SluiceException(
                    ErrorCode.E0102,
                    "--rows is " + rows + ", not between " + MIN_ROWS + " and " + MAX_ROWS,
                    "choose a number of rows in that range");
        }
        this.seed = seed;
        this.startMicros = ChronoUnit.MICROS.between(Instant.EPOCH, start);
        this.unicodeNames = unicodeNames;
        double units = rows / ROWS_PER_UNIT;
        categories = Math.max(CATEGORY_NAMES.length, (int) Math.round(units * CATEGORIES_PER_UNIT));
        products = Math.max(CATEGORY_NAMES.length, (int) Math.round(units * PRODUCTS_PER_UNIT));
        orders = Math.max(1, (int) Math.round(units * ORDERS_PER_UNIT));
        users = (int) Math.max(1, rows - categories - products - ordersAndChildren());
    }

    private long ordersAndChildren() {
        long rows = 0;
        for (int n = 1; n <= orders; n++) {
            Order order = order(n);
            rows += 2 + order.items();
            rows += order.status() == Status.CREATED ? 0 : 1;
            if (order.status() == Status.COMPLETED) {
                rows += items(n, order).stream().filter(Item::reviewed).count();
            }
        }
        return rows;
    }

    /** A random stream of its own for row {@code n} of a table. */
    SplittableRandom random(ShopTable table, long n) {
        return new SplittableRandom(
                seed * 0x9E3779B97F4A7C15L ^ (table.ordinal() + 1L) << 56 ^ n * 0xD1342543DE82EF95L);
    }

    /** Accounts are opened evenly over ten days; so every order finds users that were there before it. */
    long userCreatedMicros(long userId) {
        return startMicros - USERS_SPAN + (long) ((userId - 1) * ((double) USERS_SPAN / users));
    }

    Order order(long n) {
        SplittableRandom random = random(ShopTable.ORDERS, n);
        Status status = pick(random, Status.CREATED, Status.CANCELLED, Status.COMPLETED);
        int items = random.nextInt(1, 4);
        String method = pick(random, "credit_card", "paypal", "bank_transfer");
        long total = random.nextLong(5_000, 35_001);
        long created = startMicros - ORDERS_SPAN + random.nextLong(ORDERS_SPAN);
        long updated = Math.min(startMicros, created + (status == Status.CREATED ? 0 : random.nextLong(HOUR)));
        double share = (double) (created - (startMicros - USERS_SPAN)) / USERS_SPAN;
        long usersThen = Math.max(1, (long) (share * users));
        return new Order(1 + random.nextLong(usersThen), status, total, method, created, updated, items);
    }

    List<Item> items(long orderNumber, Order order) {
        SplittableRandom random = random(ShopTable.ORDER_ITEMS, orderNumber);
        List<Item> items = new ArrayList<>(order.items());
        for (int i = 0; i < order.items(); i++) {
            items.add(new Item(
                    random.nextInt(1, products + 1),
                    random.nextInt(1, 4),
                    random.nextLong(1_000, 11_001),
                    random.nextInt(100) < 80,
                    random.nextInt(1, 6)));
        }
        return items;
    }

    /** The split of the original: 33, 44 and 23 of a hundred. */
    private static <T> T pick(SplittableRandom random, T first, T second, T third) {
        int draw = random.nextInt(100);
        if (draw < 33) {
            return first;
        }
        return draw < 77 ? second : third;
    }
}
