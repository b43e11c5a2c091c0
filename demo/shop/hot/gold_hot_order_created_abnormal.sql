-- Orders that have been waiting for more than an hour, the oldest first; age is elapsed time, in hours.
SELECT
    order_id,
    created_at,
    now('UTC') AS current_time,
    dateDiff('minute', created_at, now('UTC')) / 60 AS hours_since_order
FROM hot.orders FINAL
WHERE order_status IN ('created', 'pending') AND created_at < now('UTC') - INTERVAL 1 HOUR
ORDER BY created_at, order_id
