package dev.sluice.demo.shop;

import dev.sluice.demo.shop.ShopSession.Outcome;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The business events of the shop. Each is one transaction. Not thread-safe. */
final class ShopChanges {
    private static final String[] CITIES = {"Jakarta", "Bandung", "Surabaya", "Medan", "Semarang"};
    private static final String[] METHODS = {"credit_card", "paypal", "bank_transfer"};
    private static final int REVIEWED_PERCENT = 80;
    private static final int MANY_ROWS = 500;
    /** Deletes stop here, so that a long run never runs out of things to sell or of people to sell them to. */
    private static final int KEEP_AT_LEAST = 3;

    private final ShopSession session;
    private final SplittableRandom random;
    private final boolean unicodeNames;
    private ShopIds users;
    private ShopIds products;
    private ShopIds categories;

    ShopChanges(ShopSession session, SplittableRandom random, boolean unicodeNames) throws SQLException {
        this.session = session;
        this.random = random;
        this.unicodeNames = unicodeNames;
        refresh();
    }

    /** Reads again which users, products and categories there are. */
    void refresh() throws SQLException {
        users = ShopIds.read(session.connection(), ShopTable.USERS);
        products = ShopIds.read(session.connection(), ShopTable.PRODUCTS);
        categories = ShopIds.read(session.connection(), ShopTable.CATEGORIES);
        session.connection().rollback();
        if (users.count() == 0 || products.count() == 0) {
            throw new SQLException("there are no users or no products: seed the shop first", "02000");
        }
    }

    long pickUser() {
        return users.pick(random);
    }

    /** Places an order of 1 to 3 items; a big one is worth more than 400. */
    Outcome placeOrder(long user, LocalDateTime time, boolean big) throws SQLException {
        int items = big ? 3 : random.nextInt(1, 4);
        long[] ordered = new long[items];
        int[] quantities = new int[items];
        long[] cents = new long[items];
        for (int i = 0; i < items; i++) {
            ordered[i] = products.pick(random);
            quantities[i] = big ? 3 : random.nextInt(1, 4);
            cents[i] = big ? random.nextLong(15_000, 30_001) : random.nextLong(1_000, 11_001);
        }
        return session.run(
                ShopStatements.PLACE_ORDER,
                user,
                random.nextLong(5_000, 35_001),
                time,
                ordered,
                quantities,
                cents,
                "Address " + random.nextInt(1, 10_000),
                CITIES[random.nextInt(CITIES.length)],
                Integer.toString(random.nextInt(10_000, 100_000)));
    }

    Outcome completeOrder(long order, LocalDateTime time) throws SQLException {
        String comment = unicodeNames ? "Très bien 👍" : "A review of this product";
        return session.run(
                ShopStatements.COMPLETE_ORDER, order, time, method(), comment, random.nextInt(100), REVIEWED_PERCENT);
    }

    Outcome cancelOrder(long order, LocalDateTime time) throws SQLException {
        return session.run(ShopStatements.CANCEL_ORDER, order, time, method());
    }

    Outcome addUser(LocalDateTime time) throws SQLException {
        int n = random.nextInt(1_000_000);
        Outcome outcome = session.run(ShopStatements.ADD_USER, name(n), "new" + n, phone(), time);
        if (outcome.key() != 0) {
            users.add(outcome.key());
        }
        return outcome;
    }

    /** {@code time} null leaves updated_at as it is. */
    Outcome reprice(@Nullable LocalDateTime time) throws SQLException {
        return session.run(ShopStatements.REPRICE, random.nextLong(1_000, 11_001), time, products.pick(random));
    }

    /** {@code time} null leaves updated_at as it is. */
    Outcome changeProfile(@Nullable LocalDateTime time) throws SQLException {
        return session.run(
                ShopStatements.CHANGE_PROFILE, name(random.nextInt(1_000_000)), phone(), time, users.pick(random));
    }

    Outcome softDelete(LocalDateTime time) throws SQLException {
        if (random.nextBoolean()) {
            return session.run(ShopStatements.SOFT_DELETE_USER, time, users.pick(random));
        }
        return session.run(ShopStatements.SOFT_DELETE_PRODUCT, time, products.pick(random));
    }

    /** Deletes an order (mostly), a user or a product, with what hangs on it. */
    Outcome hardDelete(long recentOrder) throws SQLException {
        int draw = random.nextInt(10);
        if (draw < 6 || users.count() <= KEEP_AT_LEAST || products.count() <= KEEP_AT_LEAST) {
            return session.run(ShopStatements.DELETE_ORDER, 1 + random.nextLong(recentOrder));
        }
        boolean user = draw < 9;
        ShopIds ids = user ? users : products;
        long key = ids.pick(random);
        Outcome outcome = session.run(user ? ShopStatements.DELETE_USER : ShopStatements.DELETE_PRODUCT, key);
        ids.remove(key);
        return outcome;
    }

    /** Deletes a category; its products and sub-categories stay, without it. */
    Outcome deleteCategory() throws SQLException {
        if (categories.count() <= KEEP_AT_LEAST) {
            return new Outcome(new ShopTally(), 0);
        }
        long key = categories.pick(random);
        Outcome outcome = session.run(ShopStatements.DELETE_CATEGORY, key);
        categories.remove(key);
        return outcome;
    }

    /** Updates up to 500 products in one transaction. */
    Outcome updateManyRows(LocalDateTime time) throws SQLException {
        return session.run(ShopStatements.RESTOCK, time, products.pick(random), MANY_ROWS);
    }

    private String method() {
        return METHODS[random.nextInt(METHODS.length)];
    }

    private String name(int n) {
        return unicodeNames ? ShopRows.unicodeName(n) : "User " + n;
    }

    private String phone() {
        return "0812" + random.nextInt(100_000, 1_000_000);
    }
}
