-- description: Shipments, one row each; an order may have several.
-- key: shipping_id
-- column: postal_code: as the source has it
-- column: tracking_number: as the source has it
-- test: relationship(order_id, silver.orders, order_id)
-- test: same_row_count(bronze.shipping)

SELECT
    shipping_id,
    order_id,
    normalize(regexp_replace(address, '[\p{Cc}&&[^\t\n\r]]', ''), NFC) AS address,
    normalize(regexp_replace(city, '[\p{Cc}&&[^\t\n\r]]', ''), NFC) AS city,
    postal_code,
    normalize(regexp_replace(country, '[\p{Cc}&&[^\t\n\r]]', ''), NFC) AS country,
    shipping_date AS shipping_time,
    tracking_number,
    created_at AS created_time,
    updated_at AS updated_time
FROM bronze.shipping
