package dev.sluice.demo.shop;

import java.util.Locale;

/** The tables of the shop, in the order in which their references allow them to be filled. */
public enum ShopTable {
    USERS("user_id", "user_id, name, email, password_hash, phone, created_at, updated_at, deleted_at"),
    CATEGORIES("category_id", "category_id, name, parent_id, created_at, updated_at, deleted_at"),
    PRODUCTS(
            "product_id",
            "product_id, name, description, price, stock_quantity, category_id, created_at, updated_at, deleted_at"),
    ORDERS("order_id", "order_id, user_id, order_status, total_amount, created_at, updated_at"),
    ORDER_ITEMS("order_item_id", "order_item_id, order_id, product_id, quantity, price, created_at, updated_at"),
    PAYMENTS(
            "payment_id", "payment_id, order_id, amount, payment_method, payment_date, status, created_at, updated_at"),
    SHIPPING(
            "shipping_id",
            "shipping_id, order_id, address, city, postal_code, country, shipping_date, tracking_number, created_at,"
                    + " updated_at"),
    PRODUCT_REVIEWS("review_id", "review_id, product_id, user_id, rating, comment, created_at, updated_at");

    private final String key;
    private final String columns;

    ShopTable(String key, String columns) {
        this.key = key;
        this.columns = columns;
    }

    /** Name in the schema {@code public}; needs no quotes. */
    public String tableName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The primary key, an identity column. */
    public String keyColumn() {
        return key;
    }

    /** All columns, in the order of the schema, as a COPY or INSERT names them. */
    String columnList() {
        return columns;
    }
}
