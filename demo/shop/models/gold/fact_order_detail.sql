-- description: Lines of orders with the keys of product and category.
-- key: order_item_id
-- column: date_key: day of the line's creation in Asia/Jakarta
-- column: price_amount: price of one piece when it was ordered
-- test: relationship(product_key, gold.dim_product, product_key)
-- test: relationship(category_key, gold.dim_category, category_key)

SELECT
    items.order_item_id,
    items.order_id,
    CAST(with_timezone(items.created_time, 'UTC') AT TIME ZONE 'Asia/Jakarta' AS date) AS date_key,
    coalesce(products.product_key, 'unknown') AS product_key,
    coalesce(categories.category_key, 'unknown') AS category_key,
    items.quantity,
    items.price_amount
FROM silver.order_items AS items
LEFT JOIN gold.dim_product AS products ON products.product_id = items.product_id
LEFT JOIN gold.dim_category AS categories ON categories.category_id = products.category_id
