-- description: Calendar, one row per day from 2025-01-01 to 2099-12-31.
-- key: date_key
-- column: start_day_of_week: the Monday of the week
-- test: row_count(27393)
-- test: not_null(day_name)

SELECT
    day AS date_key,
    date_trunc('week', day) AS start_day_of_week,
    date_trunc('month', day) AS start_day_of_month,
    CAST(quarter(day) AS integer) AS quarter,
    CAST(year(day) AS integer) AS year,
    day_of_week(day) >= 6 AS is_weekend,
    date_format(day, '%W') AS day_name,
    date_format(day, '%M') AS month_name
FROM (
    SELECT date_add('day', sequential_number, DATE '2025-01-01') AS day
    FROM TABLE(sequence(start => 0, stop => 27392))
)
