//! What only Connect knows of an order: the registration as the client sent it, members and all that nobody else has
//! a use for (receivers, permissions, payment details, articles).

use crate::errors::ApiError;
use crate::terms::Terms;
use crate::wire::scalar::{Moment, Whole};
use http_kit::body::JsonError;
use order::{Dialect, Opaque, Order};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// How deep a registration may be nested; the model itself is five levels deep.
const DEEPEST: usize = 32;

/// The annex as it is kept.
#[derive(Serialize)]
struct Kept<'a> {
    request: &'a RawValue,
    /// The catalogue's terms of each line, by its place; nothing when there are none.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    terms: &'a [Option<Terms>],
}

/// The annex of a registration with this body, which has been read before.
pub(crate) fn of_registration(body: &[u8], terms: &[Option<Terms>]) -> Result<Opaque, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_error| ApiError::from(JsonError::NotUtf8))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // What nobody here reads has to be readable for others: reports cast it, and databases have a limit of their own.
    if depth(text) > DEEPEST {
        return Err(ApiError::Invalid(format!(
            "the body is nested deeper than {DEEPEST} levels"
        )));
    }
    let unreadable = |error: serde_json::Error| ApiError::Invalid(error.to_string());
    let request = serde_json::from_str(text).map_err(unreadable)?;
    Opaque::of(&Kept { request, terms }).map_err(unreadable)
}

/// The annex of an order that nobody has sent: one under which another goes on.
pub(crate) fn of_renewal(request: &serde_json::Value, terms: &[Option<Terms>]) -> Option<Opaque> {
    let request = serde_json::value::to_raw_value(request).ok()?;
    let request = &*request;
    Opaque::of(&Kept { request, terms }).ok()
}

/// How deep the lists and objects of JSON text lie within each other.
fn depth(json: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0_usize);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => open = open.saturating_add(1),
            b'}' | b']' if !in_text => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// What operations have to know of a registration.
#[derive(Default, Deserialize)]
struct Glance {
    #[serde(default)]
    request: Request,
}

#[derive(Default, Deserialize)]
struct Request {
    #[serde(default)]
    payer: Payer,
    #[serde(default, rename = "orderLines")]
    order_lines: Vec<LineGlance>,
    #[serde(default, rename = "companyCode")]
    company_code: Option<String>,
}

/// What is told of the order's lines.
#[derive(Default)]
pub(crate) struct Lines {
    /// Their `productSpecType`, by their place.
    pub(crate) kinds: Vec<String>,
    /// The `companyCode`.
    pub(crate) company_code: Option<String>,
}

#[derive(Default, Deserialize)]
struct LineGlance {
    #[serde(default, rename = "productSpecType")]
    kind: String,
}

#[derive(Default, Deserialize)]
struct Payer {
    #[serde(default, rename = "phoneNumbers")]
    phone_numbers: Option<Vec<String>>,
}

fn request_of(order: &Order) -> Request {
    let annex = order.annex.get(&Dialect::Connect);
    let glance: Option<Glance> = annex.and_then(|annex| annex.read().ok());
    glance.unwrap_or_default().request
}

/// The payer's phone numbers; none of an order that was not registered through Connect.
pub(crate) fn phone_numbers(order: &Order) -> Vec<String> {
    request_of(order).payer.phone_numbers.unwrap_or_default()
}

/// The payer's first number in E.164 form, if they have one.
pub(crate) fn mobile_number(order: &Order) -> Option<String> {
    phone_numbers(order).into_iter().find(|number| is_e164(number))
}

/// `+` and 8 to 15 digits.
pub(crate) fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}

/// What the registration told of its lines; nothing of an order that was not registered through Connect.
pub(crate) fn lines(order: &Order) -> Lines {
    let request = request_of(order);
    Lines {
        kinds: request.order_lines.into_iter().map(|line| line.kind).collect(),
        company_code: request.company_code,
    }
}

/// One line as it was ordered, as far as it says what somebody gets. Its shape was checked when it came.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderedLine {
    #[serde(rename = "productSpecType")]
    pub(crate) kind: String,
    pub(crate) product_spec_code: Option<String>,
    product_spec_no: Option<Whole>,
    pub(crate) product: Option<String>,
    pub(crate) promotion_code: Option<String>,
    pub(crate) allow_access_product: Option<String>,
    pub(crate) allow_access_category_type: Option<String>,
    allow_access_seconds: Option<Whole>,
    start_info: Option<StartInfo>,
    pub(crate) article_detail: Option<ArticleDetail>,
    receiver: Option<Receiver>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartInfo {
    start_date: Option<Moment>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArticleDetail {
    pub(crate) product: Option<String>,
    pub(crate) article_ref: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Receiver {
    customer_number: Option<Whole>,
}

impl OrderedLine {
    /// The coupon's number.
    pub(crate) fn product_spec_no(&self) -> Option<i64> {
        self.product_spec_no.map(|number| number.0)
    }

    /// For how long there is access at once, once the order is paid for.
    pub(crate) fn allow_access_seconds(&self) -> Option<i64> {
        self.allow_access_seconds
            .map(|seconds| seconds.0)
            .filter(|seconds| *seconds > 0)
    }

    /// When it is to start.
    pub(crate) fn start_date(&self) -> Option<i64> {
        Some(self.start_info.as_ref()?.start_date?.0)
    }

    /// The customer who gets it, when the line says so.
    pub(crate) fn receiver(&self) -> Option<i64> {
        Some(self.receiver.as_ref()?.customer_number?.0)
    }
}

#[derive(Default, Deserialize)]
struct Ordered {
    #[serde(default, rename = "orderLines")]
    order_lines: Vec<OrderedLine>,
}

/// The lines as they were ordered; none of an order that was not registered through Connect.
pub(crate) fn ordered_lines(order: &Order) -> Vec<OrderedLine> {
    let request = registration(order);
    let ordered = request.and_then(|request| serde_json::from_str::<Ordered>(request.get()).ok());
    ordered.unwrap_or_default().order_lines
}

/// The catalogue's terms of each line, by its place.
pub(crate) fn terms(order: &Order) -> Vec<Option<Terms>> {
    #[derive(Default, Deserialize)]
    struct Kept {
        #[serde(default)]
        terms: Vec<Option<Terms>>,
    }
    let annex = order.annex.get(&Dialect::Connect);
    let kept: Option<Kept> = annex.and_then(|annex| annex.read().ok());
    kept.unwrap_or_default().terms
}

/// Who a payer is, as they were sent.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PayerGlance {
    pub(crate) first_name: Option<String>,
    pub(crate) middle_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) company_name: Option<String>,
    pub(crate) department_name: Option<String>,
    pub(crate) emails: Option<Vec<String>>,
    pub(crate) phone_numbers: Option<Vec<String>>,
    pub(crate) invoice_email_address: Option<String>,
}

/// The payer of an order, member by member; nothing of an order that was not registered through Connect.
pub(crate) fn person(order: &Order) -> PayerGlance {
    let person = payer(order).and_then(|payer| serde_json::from_str(payer.get()).ok());
    person.unwrap_or_default()
}

/// The registration as it was sent, and members of it.
#[derive(Deserialize)]
struct Registered {
    request: Box<RawValue>,
}

#[derive(Deserialize)]
struct Parts {
    payer: Option<Box<RawValue>>,
    #[serde(rename = "paymentMethod")]
    payment_method: Option<String>,
}

fn parts_of(order: &Order) -> Option<Parts> {
    serde_json::from_str(registration(order)?.get()).ok()
}

/// The registration as it was sent; none of an order that was not registered through Connect.
pub(crate) fn registration(order: &Order) -> Option<Box<RawValue>> {
    let whole: Registered = order.annex.get(&Dialect::Connect)?.read().ok()?;
    Some(whole.request)
}

/// The payer as they were sent.
pub(crate) fn payer(order: &Order) -> Option<Box<RawValue>> {
    parts_of(order)?.payer
}

/// The payment method by the name that it was registered with; for an order of another API the core's word for it.
pub(crate) fn payment_method(order: &Order) -> String {
    let told = parts_of(order).and_then(|parts| parts.payment_method);
    told.unwrap_or_else(|| order.payment.method.word().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lists_and_objects_are_deep() {
        assert_eq!(depth(r#"{"a":[{"b":"[[[\"{{{\\"}],"c":1}"#), 3);
        assert_eq!(depth("7"), 0);
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(of_registration(nested(32).as_bytes(), &[]).is_ok());
        assert!(of_registration(nested(33).as_bytes(), &[]).is_err());
        assert!(of_registration(nested(100_000).as_bytes(), &[]).is_err());
    }

    #[test]
    fn phone_numbers_are_e_164() {
        for (number, fits) in [
            ("+4712345678", true),
            ("+123456789012345", true),
            ("+1234567890123456", false),
            ("+4712", false),
            ("12345678", false),
            ("+47 123 45 678", false),
            ("+0712345678", false),
            ("", false),
        ] {
            assert_eq!(is_e164(number), fits, "for {number:?}");
        }
    }
}
