-- description: Orders, one row each, with their status now.
-- key: order_id
-- test: relationship(user_id, silver.users, user_id)
-- test: same_row_count(bronze.orders)

SELECT
    order_id,
    user_id,
    normalize(regexp_replace(order_status, '[\p{Cc}&&[^\t\n\r]]', ''), NFC) AS order_status,
    total_amount,
    created_at AS created_time,
    updated_at AS updated_time
FROM bronze.orders
