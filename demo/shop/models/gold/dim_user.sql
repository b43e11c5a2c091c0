-- description: Users. Holds the current version of each (one row per user): the history of changes (SCD2) comes later.
--   Days are those of Asia/Jakarta. One more row, 'unknown', stands for a user that is not there.
-- key: user_key
-- column: user_key: hash of the id and the first day of the version
-- column: end_date: the day on which the user was marked as deleted; NULL while current
-- test: unique(user_id)

WITH versions AS (
    SELECT
        user_id,
        name,
        email,
        phone,
        created_time,
        CAST(with_timezone(created_time, 'UTC') AT TIME ZONE 'Asia/Jakarta' AS date) AS start_date,
        CAST(with_timezone(deleted_time, 'UTC') AT TIME ZONE 'Asia/Jakarta' AS date) AS end_date,
        deleted_time IS NULL AS is_current
    FROM silver.users
)
SELECT lower(to_hex(xxhash64(to_utf8(CAST(user_id AS varchar) || '|' || coalesce(CAST(start_date AS varchar), ''))))) AS user_key, *
FROM versions
UNION ALL
SELECT 'unknown', NULL,
    'Unknown', NULL, NULL, NULL,
    NULL, NULL, true
