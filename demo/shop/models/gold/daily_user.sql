-- description: Users with an event of an order, per day of Asia/Jakarta.
-- key: date_key
-- column: new_user: those of them whose account was made on that day

SELECT
    orders.date_key,
    count(DISTINCT orders.user_key) AS active_user,
    count(DISTINCT orders.user_key) FILTER (WHERE users.start_date = orders.date_key) AS new_user
FROM gold.fact_order AS orders
JOIN gold.dim_user AS users ON users.user_key = orders.user_key
WHERE orders.user_key <> 'unknown'
GROUP BY orders.date_key
