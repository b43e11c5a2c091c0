-- description: Accounts, one row each, cleaned. The password hash never reaches the lake.
-- key: user_id
-- column: name: control characters removed, NFC, each word capitalised
-- column: email: as the source has it
-- column: created_time: UTC, without zone, like all times of the source
-- column: deleted_time: when the account was marked as deleted; NULL for a live one
-- test: same_row_count(bronze.users)

SELECT
    user_id,
    regexp_replace(lower(normalize(regexp_replace(name, '[\p{Cc}&&[^\t\n\r]]', ''), NFC)), '(^|\s)(\S)', m -> m[1] || upper(m[2])) AS name,
    email,
    normalize(regexp_replace(phone, '[\p{Cc}&&[^\t\n\r]]', ''), NFC) AS phone,
    created_at AS created_time,
    updated_at AS updated_time,
    deleted_at AS deleted_time
FROM bronze.users
