package dev.sluice.demo.shop;

import dev.sluice.demo.shop.ShopPlan.Item;
import dev.sluice.demo.shop.ShopPlan.Order;
import dev.sluice.demo.shop.ShopPlan.Status;
import java.io.IOException;
import java.util.SplittableRandom;

/** Writes the rows of a {@link ShopPlan}, table by table, as COPY text. */
final class ShopRows {
    private static final String PASSWORD_HASH = "$2b$12$placeholder.hash.of.the.shop.demo.that.opens.nothing";
    private static final String[] CITIES = {"Jakarta", "Bandung", "Surabaya", "Medan", "Semarang"};
    private static final String[] UNICODE_NAMES = {
        "Łukasz Żak", "Nguyễn Thị Hồng", "李小龍", "Zoë O'Brien", "Ольга Ёлкина", "سارة", "Ana María Núñez", "Björk 🌋"
    };
    private static final int LONG_DESCRIPTION_EVERY = 50;
    private static final int NO_DESCRIPTION_EVERY = 10;

    private final ShopPlan plan;
    private final CopyText out;

    ShopRows(ShopPlan plan, CopyText out) {
        this.plan = plan;
        this.out = out;
    }

    /** Writes all rows of {@code table} and returns how many there are. */
    long write(ShopTable table) throws IOException {
        long rows = switch (table) {
            case USERS -> users();
            case CATEGORIES -> categories();
            case PRODUCTS -> products();
            case ORDERS -> orders();
            case ORDER_ITEMS -> items();
            case PAYMENTS -> payments();
            case SHIPPING -> shipping();
            case PRODUCT_REVIEWS -> reviews();
        };
        out.flush();
        return rows;
    }

    /** A name with letters beyond ASCII, different for every {@code n}. */
    static String unicodeName(long n) {
        return UNICODE_NAMES[(int) (n % UNICODE_NAMES.length)] + " " + n;
    }

    private long users() throws IOException {
        for (int id = 1; id <= plan.users; id++) {
            long n = id + 1L;
            long created = plan.userCreatedMicros(id);
            out.number(id);
            if (plan.unicodeNames) {
                out.text(unicodeName(n));
            } else {
                out.text("User ", n, 1);
            }
            out.text("user" + n + "@example.com").text(PASSWORD_HASH).text("0812", n, 6);
            out.timestamp(created).timestamp(created).nothing().endRow();
        }
        return plan.users;
    }

    private long categories() throws IOException {
        int named = ShopPlan.CATEGORY_NAMES.length;
        long created = plan.userCreatedMicros(1);
        for (int id = 1; id <= plan.categories; id++) {
            int base = (id - 1) % named;
            out.number(id);
            if (id <= named) {
                out.text(ShopPlan.CATEGORY_NAMES[base]).nothing();
            } else {
                out.text(ShopPlan.CATEGORY_NAMES[base] + " " + (1 + (id - 1) / named));
                out.number(base + 1);
            }
            out.timestamp(created).timestamp(created).nothing().endRow();
        }
        return plan.categories;
    }

    private long products() throws IOException {
        long created = plan.userCreatedMicros(1);
        for (int id = 1; id <= plan.products; id++) {
            SplittableRandom random = plan.random(ShopTable.PRODUCTS, id);
            out.number(id).text("Product ", id, 1);
            if (id % LONG_DESCRIPTION_EVERY == 0) {
                out.text(longText(random));
            } else if (id % NO_DESCRIPTION_EVERY == 0) {
                out.nothing();
            } else {
                out.text("Description of product ", id, 1);
            }
            out.cents(random.nextLong(1_000, 11_001)).number(random.nextInt(10, 110));
            out.number(1 + (id - 1) % plan.categories);
            out.timestamp(created).timestamp(created).nothing().endRow();
        }
        return plan.products;
    }

    /** Up to 1,500 letters: the row stays below the 2 kB from which PostgreSQL stores values out of line. */
    private static String longText(SplittableRandom random) {
        char[] letters = new char[random.nextInt(500, 1_501)];
        for (int i = 0; i < letters.length; i++) {
            letters[i] = (char) random.nextInt('0', '{');
        }
        return new String(letters).replace('\\', ' ');
    }

    private long orders() throws IOException {
        for (int id = 1; id <= plan.orders; id++) {
            Order order = plan.order(id);
            out.number(id).number(order.userId()).text(order.status().text()).cents(order.totalCents());
            times(order.createdMicros(), order.updatedMicros());
        }
        return plan.orders;
    }

    private long items() throws IOException {
        long id = 0;
        for (int n = 1; n <= plan.orders; n++) {
            Order order = plan.order(n);
            for (Item item : plan.items(n, order)) {
                out.number(++id).number(n).number(item.productId()).number(item.quantity());
                out.cents(item.priceCents());
                times(order.createdMicros(), order.createdMicros());
            }
        }
        return id;
    }

    private long payments() throws IOException {
        long id = 0;
        for (int n = 1; n <= plan.orders; n++) {
            Order order = plan.order(n);
            if (order.status() == Status.CREATED) {
                continue;
            }
            out.number(++id).number(n).cents(order.totalCents()).text(order.method());
            out.timestamp(order.updatedMicros());
            out.text(order.status() == Status.COMPLETED ? "completed" : "failed");
            times(order.updatedMicros(), order.updatedMicros());
        }
        return id;
    }

    private long shipping() throws IOException {
        for (int n = 1; n <= plan.orders; n++) {
            Order order = plan.order(n);
            out.number(n).number(n).text("Address ", n, 1).text(CITIES[n % CITIES.length]);
            out.text("", 10_000 + n % 90_000, 5).text("Indonesia");
            out.timestamp(order.updatedMicros()).text("TRK", n, 1);
            times(order.createdMicros(), order.updatedMicros());
        }
        return plan.orders;
    }

    private long reviews() throws IOException {
        long id = 0;
        for (int n = 1; n <= plan.orders; n++) {
            Order order = plan.order(n);
            if (order.status() != Status.COMPLETED) {
                continue;
            }
            for (Item item : plan.items(n, order)) {
                if (item.reviewed()) {
                    out.number(++id)
                            .number(item.productId())
                            .number(order.userId())
                            .number(item.rating());
                    out.text("A review of this product");
                    times(order.createdMicros(), order.createdMicros());
                }
            }
        }
        return id;
    }

    private void times(long createdMicros, long updatedMicros) throws IOException {
        out.timestamp(createdMicros).timestamp(updatedMicros).endRow();
    }
}
