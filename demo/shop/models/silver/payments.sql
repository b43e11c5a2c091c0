-- description: Attempts to pay, one row each; an order may have several.
-- key: payment_id
-- test: relationship(order_id, silver.orders, order_id)
-- test: same_row_count(bronze.payments)

SELECT
    payment_id,
    order_id,
    amount,
    normalize(regexp_replace(payment_method, '[\p{Cc}&&[^\t\n\r]]', ''), NFC) AS payment_method,
    payment_date AS payment_time,
    normalize(regexp_replace(status, '[\p{Cc}&&[^\t\n\r]]', ''), NFC) AS status,
    created_at AS created_time,
    updated_at AS updated_time
FROM bronze.payments
