-- Users with an order that changed today, and the number of those orders (business zone Asia/Jakarta).
SELECT
    uniqExact(user_id) AS active_users,
    count() AS total_orders,
    (SELECT max(lsn) FROM hot._sluice_progress WHERE table = 'orders') AS lsn
FROM hot.orders FINAL
WHERE toDate(toTimeZone(updated_at, 'Asia/Jakarta')) = toDate(now('Asia/Jakarta'))
