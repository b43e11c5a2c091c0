-- description: Reviews per product.
-- key: product_key
-- column: mean_rating: exact to four digits
-- column: last_review_time: UTC, without zone
-- test: relationship(product_key, gold.dim_product, product_key)

SELECT
    coalesce(products.product_key, 'unknown') AS product_key,
    count(*) AS reviews,
    CAST(avg(CAST(reviews.rating AS decimal(12,4))) AS decimal(12,4)) AS mean_rating,
    max(reviews.created_time) AS last_review_time
FROM silver.product_reviews AS reviews
LEFT JOIN gold.dim_product AS products ON products.product_id = reviews.product_id
GROUP BY 1
