-- Share of today's payments that failed, in percent (business zone Asia/Jakarta); NULL when there were none.
SELECT
    countIf(status = 'failed') AS failed,
    count() AS total,
    if(total = 0, NULL, round(100 * failed / total, 2)) AS failed_rate,
    (SELECT max(lsn) FROM hot._sluice_progress WHERE table = 'payments') AS lsn
FROM hot.payments FINAL
WHERE toDate(toTimeZone(payment_date, 'Asia/Jakarta')) = toDate(now('Asia/Jakarta'))
