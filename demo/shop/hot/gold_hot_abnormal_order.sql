-- Users who ordered for more than 400 within the last 15 minutes, whatever became of the orders.
SELECT
    o.user_id AS user_id,
    sum(i.price * i.quantity) AS total_order_value
FROM hot.orders AS o FINAL
INNER JOIN hot.order_items AS i FINAL ON i.order_id = o.order_id
WHERE o.created_at >= now('UTC') - INTERVAL 15 MINUTE
GROUP BY o.user_id
HAVING total_order_value > 400
