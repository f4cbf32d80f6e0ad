//! What the catalogue says of what is registered: unknown products, coupons and vouchers are refused, a coupon's price
//! stands in for one that is missing, and its terms are kept with the order.
//!
//! A merchant without a list of products, coupons or vouchers sells whatever its clients say.

use crate::catalogue::{COUPON, LISTS, PRODUCT, VOUCHER, coupon_id, listed_coupons};
use crate::entailed::{Sold, takings};
use crate::errors::ApiError;
use crate::operations::coupons::gross_price;
use crate::operations::products::is_active;
use crate::terms::Terms;
use crate::wire::register::{CataloguePrice, LineSale, RegisterOrder};
use book::{Book, BookError, STOCK, in_stock};
use order::{MerchantId, Taking, Timestamp};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// For how long it is remembered which lists a merchant has.
const KNOWN_FOR_MILLIS: i64 = 1000;
/// Of how many merchants it is remembered.
const MOST: usize = 4096;

/// Which lists a catalogue has.
#[expect(clippy::struct_excessive_bools, reason = "one for each list")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Lists {
    products: bool,
    coupons: bool,
    vouchers: bool,
    stock: bool,
}

/// Which merchants have a catalogue, as of the last second.
#[derive(Debug, Default)]
pub(crate) struct Catalogues {
    known: Mutex<HashMap<MerchantId, (Lists, Timestamp)>>,
}

impl Catalogues {
    /// Whether a merchant has products or coupons to choose from.
    pub(crate) async fn has_one(&self, book: &Book, merchant: MerchantId) -> Result<bool, BookError> {
        let lists = self.lists(book, merchant).await?;
        Ok(lists.products || lists.coupons)
    }

    async fn lists(&self, book: &Book, merchant: MerchantId) -> Result<Lists, BookError> {
        let now = book.now();
        let fresh = |since: &Timestamp| (0..KNOWN_FOR_MILLIS).contains(&now.0.saturating_sub(since.0));
        let known = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(&merchant).copied()
        };
        if let Some((lists, _)) = known.filter(|(_, since)| fresh(since)) {
            return Ok(lists);
        }
        let found = book.documents::<Value>(merchant, (LISTS, None), 0, 20).await?;
        let has = |list: &str| found.documents.iter().any(|found| found.id == list);
        let lists = Lists {
            products: has("products"),
            coupons: has("coupons"),
            vouchers: has("vouchers"),
            stock: has("stock"),
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(merchant, (lists, now));
        Ok(lists)
    }

    /// Holds a registration against the merchant's catalogue, and gives the terms of each line; nothing when there is no
    /// catalogue. Lines without a price get their coupon's. Lines of more than there is in stock are refused.
    pub(crate) async fn check(
        &self,
        book: &Book,
        merchant: MerchantId,
        wanted: &mut RegisterOrder,
    ) -> Result<Sold, ApiError> {
        let lists = self.lists(book, merchant).await?;
        if lists == Lists::default() {
            return Ok(Sold::default());
        }
        let mut terms = Vec::new();
        let sales = wanted.sales();
        for (place, sale) in sales.iter().enumerate() {
            let coupon = if lists.coupons {
                coupon_of(book, merchant, (place, sale)).await?
            } else {
                None
            };
            if lists.products && sale.is_product {
                check_product(book, merchant, (place, sale)).await?;
            }
            if lists.vouchers {
                check_voucher(book, merchant, (place, sale)).await?;
            }
            if let Some(coupon) = coupon.as_ref().filter(|_| sale.is_coupon) {
                let price = gross_price(coupon).map(|(price, currency)| CataloguePrice { price, currency });
                wanted.price(place, price)?;
                terms.push(Some(Terms::of_coupon(coupon)));
            } else {
                terms.push(None);
            }
        }
        if lists.stock {
            check_stock(book, merchant, &sales).await?;
        }
        Ok(Sold {
            terms,
            has_stock: lists.stock,
        })
    }
}

/// There is as much in stock as the lines of each product take together; the first line that goes beyond it is named.
async fn check_stock(book: &Book, merchant: MerchantId, sales: &[LineSale]) -> Result<(), ApiError> {
    for Taking { product, .. } in takings(sales) {
        let entry = book.document::<Value>(merchant, STOCK, &product).await?;
        let Some(mut left) = entry.and_then(|entry| in_stock(&entry.body)) else {
            continue;
        };
        let count = left;
        let lines = sales.iter().enumerate();
        for (place, sale) in lines.filter(|(_, sale)| takes(sale, &product)) {
            left = left.saturating_sub(sale.quantity);
            if left < 0 {
                let problem = format!("there are only {count} of {product} in stock");
                return Err(invalid(place, "quantity", &problem));
            }
        }
    }
    Ok(())
}

fn takes(sale: &LineSale, product: &str) -> bool {
    (sale.is_product || sale.is_issue) && sale.product.as_deref() == Some(product)
}

fn invalid(place: usize, member: &str, problem: &str) -> ApiError {
    ApiError::Invalid(format!("orderLines[{place}].{member}: {problem}"))
}

/// The coupon that a line names, which must be there and good now; none when the line names none and needs none.
async fn coupon_of(
    book: &Book,
    merchant: MerchantId,
    (place, sale): (usize, &LineSale),
) -> Result<Option<Value>, ApiError> {
    let (Some(code), Some(number)) = (&sale.code, sale.number) else {
        if sale.is_coupon {
            let needed = "is needed to find the coupon in the catalogue";
            let member = if sale.code.is_none() {
                "productSpecCode"
            } else {
                "productSpecNo"
            };
            return Err(invalid(place, member, needed));
        }
        return Ok(None);
    };
    if !sale.is_coupon && !sale.is_issue {
        return Ok(None);
    }
    let id = coupon_id(code, number);
    let unknown = || invalid(place, "productSpecCode", &format!("there is no coupon {id}"));
    let found = book.document::<Value>(merchant, COUPON, &id).await?;
    let coupon = found.ok_or_else(unknown)?.body;
    if !is_active(&coupon, book.now().0) {
        return Err(invalid(
            place,
            "productSpecCode",
            &format!("coupon {id} is not sold now"),
        ));
    }
    Ok(Some(coupon))
}

async fn check_product(
    book: &Book,
    merchant: MerchantId,
    (place, sale): (usize, &LineSale),
) -> Result<(), ApiError> {
    let code = sale.product.as_deref().unwrap_or_default();
    let unknown = || invalid(place, "product", "there is no such product");
    let found = book.document::<Value>(merchant, PRODUCT, code).await?;
    if is_active(&found.ok_or_else(unknown)?.body, book.now().0) {
        Ok(())
    } else {
        Err(invalid(place, "product", "it is not sold now"))
    }
}

/// A voucher is there, and good for the coupon.
async fn check_voucher(
    book: &Book,
    merchant: MerchantId,
    (place, sale): (usize, &LineSale),
) -> Result<(), ApiError> {
    let Some(voucher) = sale.voucher.as_deref().filter(|voucher| !voucher.is_empty()) else {
        return Ok(());
    };
    let unknown = || invalid(place, "voucherCode", "there is no such voucher");
    let found = book
        .document::<Map<String, Value>>(merchant, VOUCHER, voucher)
        .await?;
    let coupons = listed_coupons(&found.ok_or_else(unknown)?.body).map_err(|_misfit| unknown())?;
    let (Some(code), Some(number)) = (&sale.code, sale.number) else {
        return Ok(());
    };
    if coupons.iter().any(|(known, at)| known == code && *at == number) {
        return Ok(());
    }
    Err(invalid(place, "voucherCode", "it is not good for this coupon"))
}
