-- description: Reviews of products, one row each.
-- key: review_id
-- test: accepted_values(rating, 1, 2, 3, 4, 5)
-- test: relationship(product_id, silver.products, product_id)
-- test: relationship(user_id, silver.users, user_id)
-- test: same_row_count(bronze.product_reviews)

SELECT
    review_id,
    product_id,
    user_id,
    rating,
    normalize(regexp_replace(comment, '[\p{Cc}&&[^\t\n\r]]', ''), NFC) AS comment,
    created_at AS created_time,
    updated_at AS updated_time
FROM bronze.product_reviews
