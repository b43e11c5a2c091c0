-- description: Products. Holds the current version of each (one row per product): the history of changes (SCD2) comes
--   later. Days are those of Asia/Jakarta. One more row, 'unknown', stands for a product that is not there.
-- key: product_key
-- column: stock_quantity: pieces in stock as of the run's LSN
-- test: unique(product_id)

WITH versions AS (
    SELECT
        product_id,
        name,
        description,
        price_amount,
        category_id,
        stock_quantity,
        CAST(with_timezone(created_time, 'UTC') AT TIME ZONE 'Asia/Jakarta' AS date) AS start_date,
        CAST(with_timezone(deleted_time, 'UTC') AT TIME ZONE 'Asia/Jakarta' AS date) AS end_date,
        deleted_time IS NULL AS is_current
    FROM silver.products
)
SELECT lower(to_hex(xxhash64(to_utf8(CAST(product_id AS varchar) || '|' || coalesce(CAST(start_date AS varchar), ''))))) AS product_key, *
FROM versions
UNION ALL
SELECT 'unknown', NULL,
    'Unknown', NULL, NULL, NULL, NULL,
    NULL, NULL, true
