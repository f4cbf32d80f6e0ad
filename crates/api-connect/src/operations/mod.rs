//! The published operations, one file each: what is asked, what is done, what is answered.

pub(crate) mod assign_user;
pub(crate) mod check_access;
pub(crate) mod complete_order;
pub(crate) mod consent_texts;
pub(crate) mod consents;
pub(crate) mod coupons;
pub(crate) mod customer_info;
pub(crate) mod customer_products;
pub(crate) mod deliveries;
pub(crate) mod external_identity;
pub(crate) mod invoices;
pub(crate) mod klarna_tokens;
pub(crate) mod list_orders;
pub(crate) mod order_status;
pub(crate) mod product_history;
pub(crate) mod products;
pub(crate) mod register_order;
pub(crate) mod rewards;
pub(crate) mod search_order;
pub(crate) mod stock;
pub(crate) mod subscriptions;
pub(crate) mod token;
pub(crate) mod vouchers;
