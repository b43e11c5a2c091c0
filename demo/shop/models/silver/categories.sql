-- description: Categories of products, one row each, cleaned.
-- key: category_id
-- column: parent_id: the category above this one; NULL at the top
-- test: relationship(parent_id, silver.categories, category_id)
-- test: same_row_count(bronze.categories)

SELECT
    category_id,
    regexp_replace(lower(normalize(regexp_replace(name, '[\p{Cc}&&[^\t\n\r]]', ''), NFC)), '(^|\s)(\S)', m -> m[1] || upper(m[2])) AS name,
    parent_id,
    created_at AS created_time,
    updated_at AS updated_time,
    deleted_at AS deleted_time
FROM bronze.categories
