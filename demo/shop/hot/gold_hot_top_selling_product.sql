-- The ten products with the most revenue among today's completed orders (business zone Asia/Jakarta).
SELECT
    p.product_id AS product_id,
    any(p.name) AS name,
    sum(i.quantity) AS total_quantity,
    sum(i.price * i.quantity) AS revenue,
    (SELECT max(lsn) FROM hot._sluice_progress WHERE table = 'orders') AS lsn
FROM hot.orders AS o FINAL
INNER JOIN hot.order_items AS i FINAL ON i.order_id = o.order_id
INNER JOIN hot.products AS p FINAL ON p.product_id = i.product_id
WHERE o.order_status = 'completed'
  AND toDate(toTimeZone(o.updated_at, 'Asia/Jakarta')) = toDate(now('Asia/Jakarta'))
GROUP BY p.product_id
ORDER BY revenue DESC, product_id
LIMIT 10
