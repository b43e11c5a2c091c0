-- description: Orders and revenue per day, status, payment method, category and place. Quantity and revenue count
--   completed orders only.
-- column: total_order: distinct orders
-- column: total_user: distinct users
-- column: total_revenue: sum of price times quantity
-- test: not_null(date_key)
-- test: unique(date_key, order_status, payment_method, category, country, city)

SELECT
    orders.date_key,
    orders.order_status,
    orders.payment_method,
    categories.name AS category,
    orders.country,
    orders.city,
    count(DISTINCT orders.order_id) AS total_order,
    count(DISTINCT orders.user_key) AS total_user,
    coalesce(sum(items.quantity) FILTER (WHERE orders.order_status = 'completed'), 0) AS items_sold,
    coalesce(sum(items.price_amount * items.quantity) FILTER (WHERE orders.order_status = 'completed'), 0) AS total_revenue
FROM gold.fact_order AS orders
LEFT JOIN gold.fact_order_detail AS items ON items.order_id = orders.order_id
LEFT JOIN gold.dim_category AS categories ON categories.category_key = items.category_key
GROUP BY 1, 2, 3, 4, 5, 6
