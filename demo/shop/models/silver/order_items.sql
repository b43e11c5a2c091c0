-- description: Lines of orders, one row each.
-- key: order_item_id
-- column: price_amount: price of one piece when it was ordered
-- test: relationship(order_id, silver.orders, order_id)
-- test: relationship(product_id, silver.products, product_id)
-- test: same_row_count(bronze.order_items)

SELECT
    order_item_id,
    order_id,
    product_id,
    quantity,
    price AS price_amount,
    created_at AS created_time,
    updated_at AS updated_time
FROM bronze.order_items
