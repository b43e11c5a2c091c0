-- description: Categories. Holds the current version of each (one row per category): the history of changes (SCD2)
--   comes later. Days are those of Asia/Jakarta. One more row, 'unknown', stands for no category.
-- key: category_key
-- test: unique(category_id)

WITH versions AS (
    SELECT
        category_id,
        name,
        parent_id,
        CAST(with_timezone(created_time, 'UTC') AT TIME ZONE 'Asia/Jakarta' AS date) AS start_date,
        CAST(with_timezone(deleted_time, 'UTC') AT TIME ZONE 'Asia/Jakarta' AS date) AS end_date,
        deleted_time IS NULL AS is_current
    FROM silver.categories
)
SELECT lower(to_hex(xxhash64(to_utf8(CAST(category_id AS varchar) || '|' || coalesce(CAST(start_date AS varchar), ''))))) AS category_key, *
FROM versions
UNION ALL
SELECT 'unknown', NULL,
    'Unknown', NULL,
    NULL, NULL, true
