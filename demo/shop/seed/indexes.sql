-- Built after the seed's rows are in: cascading deletes look children up by these columns.

create index if not exists orders_user_id on orders (user_id);
create index if not exists order_items_order_id on order_items (order_id);
create index if not exists order_items_product_id on order_items (product_id);
create index if not exists payments_order_id on payments (order_id);
create index if not exists shipping_order_id on shipping (order_id);
create index if not exists product_reviews_product_id on product_reviews (product_id);
create index if not exists product_reviews_user_id on product_reviews (user_id);
create index if not exists products_category_id on products (category_id);
create index if not exists categories_parent_id on categories (parent_id);
