-- description: Products, one row each, cleaned.
-- key: product_id
-- column: price_amount: list price now; what was paid is in order_items
-- column: category_id: NULL where the product has none, or its category was deleted
-- test: relationship(category_id, silver.categories, category_id)
-- test: same_row_count(bronze.products)

SELECT
    product_id,
    regexp_replace(lower(normalize(regexp_replace(name, '[\p{Cc}&&[^\t\n\r]]', ''), NFC)), '(^|\s)(\S)', m -> m[1] || upper(m[2])) AS name,
    normalize(regexp_replace(description, '[\p{Cc}&&[^\t\n\r]]', ''), NFC) AS description,
    price AS price_amount,
    stock_quantity,
    category_id,
    created_at AS created_time,
    updated_at AS updated_time,
    deleted_at AS deleted_time
FROM bronze.products
