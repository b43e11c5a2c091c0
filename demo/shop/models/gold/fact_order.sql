-- description: Events of orders: each order once as created, and once more when it was completed or cancelled. Payment and
--   shipping are those of the order's latest payment and shipment, so several of them do not multiply rows.
-- key: order_id, order_status
-- column: date_key: day of the event in Asia/Jakarta
-- column: user_key: in dim_user; 'unknown' where there is none
-- column: order_completed_time: UTC, without zone; only in completed rows
-- test: not_null(date_key)
-- test: relationship(user_key, gold.dim_user, user_key)
-- test: relationship(date_key, gold.dim_date, date_key)

WITH latest_payment AS (
    SELECT order_id, payment_method
    FROM (
        SELECT
            order_id,
            payment_method,
            row_number() OVER (PARTITION BY order_id ORDER BY payment_time DESC NULLS LAST, payment_id DESC) AS place
        FROM silver.payments
    )
    WHERE place = 1
),
latest_shipping AS (
    SELECT order_id, postal_code, country, city
    FROM (
        SELECT
            order_id,
            postal_code,
            country,
            city,
            row_number() OVER (PARTITION BY order_id ORDER BY shipping_time DESC NULLS LAST, shipping_id DESC) AS place
        FROM silver.shipping
    )
    WHERE place = 1
),
events AS (
    SELECT
        order_id,
        user_id,
        CAST(with_timezone(created_time, 'UTC') AT TIME ZONE 'Asia/Jakarta' AS date) AS date_key,
        'created' AS order_status,
        created_time,
        CAST(NULL AS timestamp(6)) AS completed_time,
        total_amount
    FROM silver.orders
    WHERE created_time IS NOT NULL
    UNION ALL
    SELECT
        order_id,
        user_id,
        CAST(with_timezone(updated_time, 'UTC') AT TIME ZONE 'Asia/Jakarta' AS date) AS date_key,
        order_status,
        created_time,
        CASE WHEN order_status = 'completed' THEN updated_time END AS completed_time,
        total_amount
    FROM silver.orders
    WHERE order_status IN ('completed', 'cancelled') AND updated_time IS NOT NULL
)
SELECT
    events.order_id,
    coalesce(users.user_key, 'unknown') AS user_key,
    events.date_key,
    events.order_status,
    events.created_time AS order_created_time,
    events.completed_time AS order_completed_time,
    latest_payment.payment_method,
    latest_shipping.postal_code,
    latest_shipping.country,
    latest_shipping.city,
    events.total_amount
FROM events
LEFT JOIN gold.dim_user AS users ON users.user_id = events.user_id
LEFT JOIN latest_payment ON latest_payment.order_id = events.order_id
LEFT JOIN latest_shipping ON latest_shipping.order_id = events.order_id
