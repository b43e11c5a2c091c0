package dev.sluice.demo.shop;

/**
 * The statements of the traffic. Each is a whole transaction and reports what it did in the columns that
 * {@link ShopSession} reads. Cascades are counted by the same statement, before they happen.
 */
final class ShopStatements {
    /** user, total, time, products, quantities, prices in cents, address, city, postal code. */
    static final String PLACE_ORDER = """
            with p as (select cast(? as bigint) as user_id, cast(? as bigint) as cents, cast(? as timestamp) as t),
            o as (
                insert into orders (user_id, order_status, total_amount, created_at, updated_at)
                select user_id, 'created', cents / 100.0, t, t from p
                returning order_id),
            i as (
                insert into order_items (order_id, product_id, quantity, price, created_at, updated_at)
                select order_id, product_id, quantity, item_cents / 100.0, t, t
                from o, p, unnest(cast(? as bigint[]), cast(? as integer[]), cast(? as bigint[]))
                    as v(product_id, quantity, item_cents)
                returning 1),
            s as (
                insert into shipping (order_id, address, city, postal_code, country, shipping_date, tracking_number,
                    created_at, updated_at)
                select order_id, cast(? as text), cast(? as text), cast(? as text), 'Indonesia', t, 'TRK' || order_id, t, t
                from o, p
                returning 1)
            select order_id as key, pg_current_xact_id()::text as xid, 1 as i_orders,
                (select count(*) from i) as i_order_items, (select count(*) from s) as i_shipping
            from o
            """;

    /** order, time, method, percentage of items that are reviewed, number that decides which, comment. */
    static final String COMPLETE_ORDER = """
            with p as (select cast(? as bigint) as order_id, cast(? as timestamp) as t),
            o as (
                update orders o set order_status = 'completed', updated_at = p.t
                from p where o.order_id = p.order_id and o.order_status = 'created'
                returning o.order_id, o.user_id, o.total_amount),
            y as (
                insert into payments (order_id, amount, payment_method, payment_date, status, created_at, updated_at)
                select order_id, total_amount, cast(? as text), t, 'completed', t, t from o join p using (order_id)
                returning 1),
            r as (
                insert into product_reviews (product_id, user_id, rating, comment, created_at, updated_at)
                select i.product_id, o.user_id, 1 + i.order_item_id % 5, cast(? as text), t, t
                from o join p using (order_id) join order_items i using (order_id)
                where (i.order_item_id * 7919 + ?) % 100 < ?
                returning 1)
            select pg_current_xact_id()::text as xid, (select count(*) from o) as u_orders,
                (select count(*) from y) as i_payments, (select count(*) from r) as i_product_reviews
            """;

    /** order, time, method. */
    static final String CANCEL_ORDER = """
            with p as (select cast(? as bigint) as order_id, cast(? as timestamp) as t),
            o as (
                update orders o set order_status = 'cancelled', updated_at = p.t
                from p where o.order_id = p.order_id and o.order_status = 'created'
                returning o.order_id, o.total_amount),
            y as (
                insert into payments (order_id, amount, payment_method, payment_date, status, created_at, updated_at)
                select order_id, total_amount, cast(? as text), t, 'failed', t, t from o join p using (order_id)
                returning 1)
            select pg_current_xact_id()::text as xid, (select count(*) from o) as u_orders,
                (select count(*) from y) as i_payments
            """;

    /** name, e-mail without its number, phone, time. */
    static final String ADD_USER = """
            with u as (
                insert into users (name, email, password_hash, phone, created_at, updated_at)
                select ?, ? || '.' || nextval(pg_get_serial_sequence('public.users', 'user_id')) || '@example.com',
                    '$2b$12$placeholder', ?, t, t
                from (select cast(? as timestamp) as t) as p
                returning user_id)
            select user_id as key, pg_current_xact_id()::text as xid, 1 as i_users from u
            """;

    /** price in cents, time or null to leave updated_at as it is, product. */
    static final String REPRICE = """
            with u as (
                update products set price = ? / 100.0, updated_at = coalesce(cast(? as timestamp), updated_at)
                where product_id = ? returning 1)
            select pg_current_xact_id()::text as xid, (select count(*) from u) as u_products
            """;

    /** name, phone, time or null, user. */
    static final String CHANGE_PROFILE = """
            with u as (
                update users set name = ?, phone = ?, updated_at = coalesce(cast(? as timestamp), updated_at)
                where user_id = ? returning 1)
            select pg_current_xact_id()::text as xid, (select count(*) from u) as u_users
            """;

    /** time, user. */
    static final String SOFT_DELETE_USER = softDelete("users", "user_id");

    /** time, product. */
    static final String SOFT_DELETE_PRODUCT = softDelete("products", "product_id");

    /** user. */
    static final String DELETE_USER = """
            with p as (select cast(? as bigint) as user_id),
            o as (select order_id from orders join p using (user_id)),
            d as (delete from users where user_id = (select user_id from p) returning 1)
            select pg_current_xact_id()::text as xid, (select count(*) from d) as d_users,
                (select count(*) from o) as d_orders,
                (select count(*) from order_items join o using (order_id)) as d_order_items,
                (select count(*) from payments join o using (order_id)) as d_payments,
                (select count(*) from shipping join o using (order_id)) as d_shipping,
                (select count(*) from product_reviews join p using (user_id)) as d_product_reviews
            """;

    /** order. */
    static final String DELETE_ORDER = """
            with o as (select order_id from orders where order_id = ?),
            d as (delete from orders where order_id = (select order_id from o) returning 1)
            select pg_current_xact_id()::text as xid, (select count(*) from d) as d_orders,
                (select count(*) from order_items join o using (order_id)) as d_order_items,
                (select count(*) from payments join o using (order_id)) as d_payments,
                (select count(*) from shipping join o using (order_id)) as d_shipping
            """;

    /** product. */
    static final String DELETE_PRODUCT = """
            with p as (select cast(? as bigint) as product_id),
            d as (delete from products where product_id = (select product_id from p) returning 1)
            select pg_current_xact_id()::text as xid, (select count(*) from d) as d_products,
                (select count(*) from order_items join p using (product_id)) as d_order_items,
                (select count(*) from product_reviews join p using (product_id)) as d_product_reviews
            """;

    /** category. */
    static final String DELETE_CATEGORY = """
            with p as (select cast(? as bigint) as category_id),
            d as (delete from categories where category_id = (select category_id from p) returning 1)
            select pg_current_xact_id()::text as xid, (select count(*) from d) as d_categories,
                (select count(*) from products join p using (category_id)) as u_products,
                (select count(*) from categories c join p on c.parent_id = p.category_id) as u_categories
            """;

    /** time, first product, number of products. */
    static final String RESTOCK = """
            with u as (
                update products set stock_quantity = stock_quantity % 1000 + 10, updated_at = cast(? as timestamp)
                where product_id in (select product_id from products where product_id >= ? order by product_id limit ?)
                returning 1)
            select pg_current_xact_id()::text as xid, (select count(*) from u) as u_products
            """;

    private ShopStatements() {}

    private static String softDelete(String table, String key) {
        return """
            with p as (select cast(? as timestamp) as t),
            u as (
                update %s x set deleted_at = p.t, updated_at = p.t from p
                where x.%s = ? and x.deleted_at is null returning 1)
            select pg_current_xact_id()::text as xid, (select count(*) from u) as u_%s
            """.formatted(table, key, table);
    }
}
