-- Users with at least three failed payments in an aligned window of five minutes, over the last 24 hours.
SELECT
    o.user_id AS user_id,
    count() AS failed_count,
    toStartOfInterval(p.payment_date, INTERVAL 5 MINUTE) AS window_start,
    window_start + INTERVAL 5 MINUTE AS window_end
FROM hot.payments AS p FINAL
INNER JOIN hot.orders AS o FINAL ON o.order_id = p.order_id
WHERE p.status = 'failed' AND p.payment_date >= now('UTC') - INTERVAL 24 HOUR
GROUP BY o.user_id, window_start
HAVING failed_count >= 3
