//! The catalogue: products, coupons, vouchers and stock, as the operator loads them.
//!
//! A catalogue is one JSON document: `{"products": [...], "coupons": [...], ...}`, each list as long as it likes, or absent.
//! Every entry is given back as it was loaded; beside that it needs:
//!
//! | entry | members |
//! | --- | --- |
//! | product | `product`; `productType`, `startTime`, `endTime` are looked at when they are there |
//! | coupon | `product`, `couponCode`, `couponNumber`; for prices `couponPrice`, and `vatPercent`, `vatInclude`, `currency`, `companyCode` |
//! | voucher | `voucherCode`, and `coupons`: a list of `{couponCode, couponNumber}` |
//! | stock | `productId`; the count is `inStock`, else `quantity`, when that is a whole number |
//! | grant | `grantId`; whom it is for, one or more of `customerNumber`, `uniqueId` (not both) and `ip` (an address or a network); `product`, `articleId`, `categoryType`, `domain`, `startTime`, `endTime`, `accessLevel` are looked at when they are there |
//! | reward | `rewardId`, `rewardPartnerId`; `product`, `customerNumber` are told |
//! | delivery | `product`; `nextDistribution`, `nextDelivery` are told |
//! | invoice, reminder | `invoiceNumber` (of a reminder `reminderNumber` too), `customerNumber`, `product`; `invoiceDate` and `paid` are looked at |
//! | consent text | `consentIssuer`, `consentId`, `version` |
//! | Klarna token | `recurringToken`, `customerNumber` |

use book::{Document, Happening, STOCK};
use ipnet::IpNet;
use order::Timestamp;
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// The kind of the documents that products are kept as, and so on.
pub(crate) const PRODUCT: &str = "connect.product";
pub(crate) const COUPON: &str = "connect.coupon";
pub(crate) const VOUCHER: &str = "connect.voucher";
pub(crate) const GRANT: &str = "connect.grant";
pub(crate) const REWARD: &str = "connect.reward";
pub(crate) const DELIVERY: &str = "connect.delivery";
pub(crate) const INVOICE: &str = "connect.invoice";
pub(crate) const REMINDER: &str = "connect.reminder";
pub(crate) const CONSENT_TEXT: &str = "connect.consentText";
pub(crate) const KLARNA_TOKEN: &str = "connect.klarnaToken";
/// The kind of the documents that say which lists a merchant's catalogue has.
pub const LISTS: &str = "connect.catalogue";

/// What a member that is no list of a catalogue is told.
const NO_LIST: &str = "none of products, coupons, vouchers, stock, grants, rewards, deliveries, invoices, reminders, \
                       consentTexts, klarnaTokens";
/// The longest code of a product or a coupon.
const LONGEST_CODE: usize = 12;
/// The longest code of a voucher.
const LONGEST_VOUCHER: usize = 36;

/// What is wrong with a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {problem}")]
pub struct Misfit {
    member: String,
    problem: &'static str,
}

/// One entry, as it is kept.
pub(crate) type Entry = Document<Value>;

/// Reads a catalogue.
///
/// # Errors
/// [`Misfit`] names the first member that can't be read.
pub fn read(catalogue: Value, now: Timestamp) -> Result<Vec<Document<Value>>, Misfit> {
    let Value::Object(lists) = catalogue else {
        return Err(misfit("catalogue", "not a JSON object"));
    };
    let mut entries = Vec::new();
    for (list, found) in lists {
        let kind = kind_of(&list).ok_or_else(|| misfit(list.as_str(), NO_LIST))?;
        let Value::Array(found) = found else {
            return Err(misfit(list, "not a list"));
        };
        if !found.is_empty() {
            entries.push(Document::new(LISTS, list.clone(), now, Value::Null));
        }
        for (place, entry) in found.into_iter().enumerate() {
            let at = |inner: Misfit| misfit(format!("{list}[{place}].{}", inner.member), inner.problem);
            let Value::Object(entry) = entry else {
                return Err(misfit(format!("{list}[{place}]"), "not an object"));
            };
            let (id, owner) = key_of(kind, &entry).map_err(at)?;
            let mut document = Document::new(kind, id, now, Value::Object(entry));
            document.owner = owner;
            entries.push(document);
        }
    }
    Ok(entries)
}

/// The event of a product or a coupon that is new or has changed.
pub fn told_of(entry: &Document<Value>, is_new: bool) -> Option<Happening> {
    let status = if is_new { "new" } else { "update" };
    let member = |name: &str| entry.body[name].clone();
    match entry.kind.as_str() {
        PRODUCT => {
            let data = [
                ("productCode", member("product")),
                ("companyCode", member("companyCode")),
            ];
            Some(Happening::of("product", status, data))
        }
        COUPON => {
            let data = [
                ("couponCode", member("couponCode")),
                ("couponNumber", member("couponNumber")),
                ("productCode", member("product")),
                ("companyCode", member("companyCode")),
            ];
            Some(Happening::of("coupon", status, data))
        }
        _no_event => None,
    }
}

fn kind_of(list: &str) -> Option<&'static str> {
    match list {
        "products" => Some(PRODUCT),
        "coupons" => Some(COUPON),
        "vouchers" => Some(VOUCHER),
        "stock" => Some(STOCK),
        "grants" => Some(GRANT),
        "rewards" => Some(REWARD),
        "deliveries" => Some(DELIVERY),
        "invoices" => Some(INVOICE),
        "reminders" => Some(REMINDER),
        "consentTexts" => Some(CONSENT_TEXT),
        "klarnaTokens" => Some(KLARNA_TOKEN),
        _unknown => None,
    }
}

/// What an entry is kept under, and what it hangs on.
fn key_of(kind: &str, entry: &Map<String, Value>) -> Result<(String, String), Misfit> {
    match kind {
        PRODUCT => Ok((text(entry, "product", LONGEST_CODE)?, String::new())),
        COUPON => {
            let code = text(entry, "couponCode", LONGEST_CODE)?;
            let id = coupon_id(&code, number(entry, "couponNumber")?);
            Ok((id, text(entry, "product", LONGEST_CODE)?))
        }
        VOUCHER => {
            listed_coupons(entry)?;
            Ok((text(entry, "voucherCode", LONGEST_VOUCHER)?, String::new()))
        }
        GRANT => Ok((text(entry, "grantId", LONGEST_VOUCHER)?, grantee(entry)?)),
        STOCK => Ok((text(entry, "productId", LONGEST_CODE)?, String::new())),
        _backends_own => key_of_backends(kind, entry),
    }
}

/// The same for what a backend has of customers and products.
fn key_of_backends(kind: &str, entry: &Map<String, Value>) -> Result<(String, String), Misfit> {
    let number_of = |member: &str| number(entry, member);
    match kind {
        REWARD => {
            let id = text(entry, "rewardId", LONGEST_VOUCHER)?;
            Ok((reward_id(number_of("rewardPartnerId")?, &id), String::new()))
        }
        DELIVERY => Ok((text(entry, "product", LONGEST_CODE)?, String::new())),
        INVOICE | REMINDER => {
            let mut id = number_of("invoiceNumber")?.to_string();
            if kind == REMINDER {
                id = format!("{id}/{}", number_of("reminderNumber")?);
            }
            let product = text(entry, "product", LONGEST_CODE)?;
            Ok((id, invoice_owner(number_of("customerNumber")?, &product)))
        }
        CONSENT_TEXT => {
            let (issuer, consent) = (text(entry, "consentIssuer", 255)?, text(entry, "consentId", 255)?);
            let id = json!([issuer, consent, number_of("version")?]).to_string();
            Ok((id, issuer))
        }
        _klarna_token => {
            let token = text(entry, "recurringToken", 255)?;
            Ok((token, number_of("customerNumber")?.to_string()))
        }
    }
}

/// The id that a reward is kept under.
pub(crate) fn reward_id(partner: i64, id: &str) -> String {
    format!("{partner}/{id}")
}

/// What a customer's invoices for a product hang on.
pub(crate) fn invoice_owner(customer: i64, product: &str) -> String {
    format!("{customer}/{product}")
}

/// Whom a grant hangs on: a customer, a user, or everybody at an address of the net.
fn grantee(grant: &Map<String, Value>) -> Result<String, Misfit> {
    let is_there = |member: &str| grant.get(member).is_some_and(|value| !value.is_null());
    if is_there("ip") && network(grant.get("ip")).is_none() {
        return Err(misfit("ip", "not an address or a network"));
    }
    for member in ["startTime", "endTime"] {
        if is_there(member) {
            number(grant, member)?;
        }
    }
    match (is_there("customerNumber"), is_there("uniqueId")) {
        (true, true) => Err(misfit("uniqueId", "together with customerNumber")),
        (true, false) => Ok(format!("customer:{}", number(grant, "customerNumber")?)),
        (false, true) => Ok(format!("user:{}", text(grant, "uniqueId", 255)?)),
        (false, false) if is_there("ip") => Ok("ip".to_owned()),
        (false, false) => Err(misfit("customerNumber", "missing, and so are uniqueId and ip")),
    }
}

fn network(ip: Option<&Value>) -> Option<IpNet> {
    let text = ip?.as_str()?.trim();
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse::<IpNet>().ok().or_else(address)
}

/// Whether a grant is good at an address of the net.
pub(crate) fn grants_ip(grant: &Value, at: IpAddr) -> bool {
    network(grant.get("ip")).is_some_and(|network| network.contains(&at))
}

/// The id that a coupon is kept under.
pub(crate) fn coupon_id(code: &str, number: i64) -> String {
    format!("{code}/{number}")
}

/// The coupons that a voucher is good for.
pub(crate) fn listed_coupons(voucher: &Map<String, Value>) -> Result<Vec<(String, i64)>, Misfit> {
    let listed = voucher.get("coupons").and_then(Value::as_array);
    let listed = listed.ok_or_else(|| misfit("coupons", "not a list"))?;
    listed
        .iter()
        .map(|coupon| {
            let coupon = coupon
                .as_object()
                .ok_or_else(|| misfit("coupons", "not a list of objects"))?;
            Ok((
                text(coupon, "couponCode", LONGEST_CODE)?,
                number(coupon, "couponNumber")?,
            ))
        })
        .collect()
}

fn text(entry: &Map<String, Value>, member: &str, most: usize) -> Result<String, Misfit> {
    let text = entry.get(member).and_then(Value::as_str).unwrap_or_default();
    if text.is_empty() {
        return Err(misfit(member, "missing, or not a text"));
    }
    if text.chars().count() > most || text.contains('\0') {
        return Err(misfit(member, "too long, or with a NUL character in it"));
    }
    Ok(text.to_owned())
}

fn number(entry: &Map<String, Value>, member: &str) -> Result<i64, Misfit> {
    entry
        .get(member)
        .and_then(Value::as_i64)
        .ok_or_else(|| misfit(member, "missing, or not a whole number"))
}

fn misfit(member: impl Into<String>, problem: &'static str) -> Misfit {
    Misfit {
        member: member.into(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_kept_under_their_codes() {
        let catalogue = json!({
            "products": [{ "product": "TOTT", "productType": "subscription" }],
            "coupons": [{ "product": "TOTT", "couponCode": "SUMMER", "couponNumber": 60, "couponPrice": "299" }],
            "vouchers": [{ "voucherCode": "V-1", "coupons": [{ "couponCode": "SUMMER", "couponNumber": 60 }] }],
            "stock": [{ "productId": "BOOK1", "inStock": 7 }],
            "rewards": [{ "rewardId": "1", "rewardPartnerId": 2674, "product": "29452" }],
            "deliveries": [{ "product": "TOTT", "nextDelivery": {} }],
            "invoices": [{ "invoiceNumber": 7, "customerNumber": 10, "product": "TOTT" }],
            "reminders": [{ "invoiceNumber": 7, "reminderNumber": 1, "customerNumber": 10, "product": "TOTT" }],
            "consentTexts": [{ "consentIssuer": "FTOTT", "consentId": "news", "version": 2 }],
            "klarnaTokens": [{ "recurringToken": "T-1", "customerNumber": 10 }]
        });
        let kept: Vec<_> = read(catalogue, Timestamp(1))
            .unwrap()
            .into_iter()
            .map(|entry| format!("{} {} {}", entry.kind, entry.id, entry.owner))
            .collect();
        let mut kept = kept;
        kept.sort();
        assert_eq!(
            kept,
            [
                "connect.catalogue consentTexts ",
                "connect.catalogue coupons ",
                "connect.catalogue deliveries ",
                "connect.catalogue invoices ",
                "connect.catalogue klarnaTokens ",
                "connect.catalogue products ",
                "connect.catalogue reminders ",
                "connect.catalogue rewards ",
                "connect.catalogue stock ",
                "connect.catalogue vouchers ",
                "connect.consentText [\"FTOTT\",\"news\",2] FTOTT",
                "connect.coupon SUMMER/60 TOTT",
                "connect.delivery TOTT ",
                "connect.invoice 7 10/TOTT",
                "connect.klarnaToken T-1 10",
                "connect.product TOTT ",
                "connect.reminder 7/1 10/TOTT",
                "connect.reward 2674/1 ",
                "connect.stock BOOK1 ",
                "connect.voucher V-1 "
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_told_by_its_member() {
        for (catalogue, told) in [
            (json!([]), "catalogue: not a JSON object"),
            (json!({ "articles": [] }), &format!("articles: {NO_LIST}")),
            (json!({ "stock": {} }), "stock: not a list"),
            (json!({ "stock": [7] }), "stock[0]: not an object"),
            (
                json!({ "products": [{ "product": 7 }] }),
                "products[0].product: missing, or not a text",
            ),
            (
                json!({ "products": [{ "product": "x".repeat(13) }] }),
                "products[0].product: too long, or with a NUL character in it",
            ),
            (
                json!({ "coupons": [{ "product": "A", "couponCode": "B" }] }),
                "coupons[0].couponNumber: missing, or not a whole number",
            ),
            (
                json!({ "vouchers": [{ "voucherCode": "V" }] }),
                "vouchers[0].coupons: not a list",
            ),
        ] {
            let error = read(catalogue, Timestamp(1)).err().unwrap();
            assert_eq!(error.to_string(), told);
        }
    }
}
