-- Revenue of today's completed orders by the hour in which they were made.
-- Today and hours are those of the business zone, Asia/Jakarta; the source's timestamps are UTC wall time.
-- lsn: the commit LSN of the source up to which the hot orders are written.
SELECT
    toHour(toTimeZone(o.created_at, 'Asia/Jakarta')) AS hour,
    uniqExact(o.order_id) AS order_count,
    sum(i.quantity) AS items_sold,
    sum(i.price * i.quantity) AS revenue,
    (SELECT max(lsn) FROM hot._sluice_progress WHERE table = 'orders') AS lsn
FROM hot.orders AS o FINAL
INNER JOIN hot.order_items AS i FINAL ON i.order_id = o.order_id
WHERE o.order_status = 'completed'
  AND toDate(toTimeZone(o.updated_at, 'Asia/Jakarta')) = toDate(now('Asia/Jakarta'))
GROUP BY hour
ORDER BY hour
