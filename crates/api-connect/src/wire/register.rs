//! The registration of an order: its whole body, and the order that it asks for.

use super::payment_method::Method;
use super::person::Person;
use super::scalar::{Moment, Text, Whole};
use crate::errors::ApiError;
use http_kit::wire::{Lenient, Number};
use order::{
    Amount, Currency, Customer, Dialect, Entailed, Item, Kind, Opaque, OrderId, Payment, Quantity,
    Registration, Timestamp, sum_of,
};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The currency of an order that names none.
const DEFAULT_CURRENCY: &str = "NOK";

/// The body of Register order. Members that are not known are no error, and are kept like the others.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[expect(dead_code, reason = "some members are read for their shape only")]
pub(crate) struct RegisterOrder {
    external_order_id: Option<Text<40>>,
    order_date: Option<Moment>,
    payment_method: Method,
    merchant_id: Option<Text<255>>,
    order_amount: Option<Lenient<Number>>,
    currency: Option<Text<3>>,
    marketing_coupon_code: Option<Text<12>>,
    marketing_coupon_number: Option<Whole>,
    campaign_parameters: Option<Text<4000>>,
    company_code: Option<Text<12>>,
    customer_reference: Option<Text<255>>,
    unique_user_id: Option<Text<255>>,
    seller: Option<Text<255>>,
    sales_method: Option<Text<255>>,
    payer: Person,
    order_lines: Vec<OrderLine>,
    #[serde(default)]
    prepaid: Option<bool>,
    recurring: Option<bool>,
}

/// One line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[expect(dead_code, reason = "some members are read for their shape only")]
struct OrderLine {
    product_spec_type: SpecType,
    product_spec_code: Option<Text<12>>,
    product_spec_no: Option<Whole>,
    product: Option<Text<255>>,
    quantity: Option<Whole>,
    unit_price: Option<Lenient<Number>>,
    promotion_code: Option<Text<255>>,
    category_code: Option<Text<255>>,
    voucher_code: Option<Text<36>>,
    allow_access_product: Option<Text<255>>,
    allow_access_category_type: Option<Text<255>>,
    allow_access_seconds: Option<Whole>,
    start_info: Option<StartInfo>,
    reward_partner_id: Option<Whole>,
    reward_id: Option<Text<36>>,
    article_detail: Option<ArticleDetail>,
    receiver: Option<Person>,
    recruiter: Option<Person>,
}

/// What a line sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum SpecType {
    /// A subscription, by its coupon.
    Coupon,
    /// A single product.
    Product,
    /// One copy of a periodical.
    Issue,
    /// An article.
    Article,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[expect(dead_code, reason = "some members are read for their shape only")]
struct StartInfo {
    start_date: Option<Moment>,
    start_issue: Option<Text<255>>,
}

impl StartInfo {
    fn date(&self) -> Option<i64> {
        self.start_date.map(|moment| moment.0)
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[expect(dead_code, reason = "some members are read for their shape only")]
struct ArticleDetail {
    company_code: Option<Text<12>>,
    product: Option<Text<12>>,
    article_ref: Option<Text<255>>,
    article_desc: Option<Text<4000>>,
    article_category: Option<Text<255>>,
}

/// What a line sells, as far as a catalogue has to say something about it.
#[derive(Debug)]
pub(crate) struct LineSale {
    pub(crate) is_coupon: bool,
    pub(crate) is_issue: bool,
    pub(crate) is_product: bool,
    /// The coupon's code.
    pub(crate) code: Option<String>,
    /// The coupon's number.
    pub(crate) number: Option<i64>,
    pub(crate) product: Option<String>,
    pub(crate) voucher: Option<String>,
    /// How many.
    pub(crate) quantity: i64,
    /// The customer who gets it, when the line says so.
    pub(crate) receiver: Option<i64>,
    /// When it is to start.
    pub(crate) starts: Option<i64>,
}

/// What a catalogue sells one at, VAT included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CataloguePrice {
    pub(crate) price: Amount,
    pub(crate) currency: Currency,
}

fn invalid(path: &str, problem: &str) -> ApiError {
    ApiError::Invalid(format!("{path}: {problem}"))
}

impl RegisterOrder {
    /// What each line sells.
    pub(crate) fn sales(&self) -> Vec<LineSale> {
        let lines = self.order_lines.iter();
        lines
            .map(|line| LineSale {
                is_coupon: line.product_spec_type == SpecType::Coupon,
                is_issue: line.product_spec_type == SpecType::Issue,
                is_product: line.product_spec_type == SpecType::Product,
                code: told(line.product_spec_code.as_ref()),
                number: line.product_spec_no.map(|number| number.0),
                product: told(line.product.as_ref()).or_else(|| told(line.product_spec_code.as_ref())),
                voucher: told(line.voucher_code.as_ref()),
                quantity: line.quantity.map_or(1, |quantity| quantity.0),
                receiver: line.receiver.as_ref().and_then(Person::number),
                starts: line.start_info.as_ref().and_then(StartInfo::date),
            })
            .collect()
    }

    /// Whether the customer has agreed that what it sells goes on by itself.
    pub(crate) fn is_recurring(&self) -> bool {
        self.recurring.unwrap_or_default()
    }

    /// Prices a line as the catalogue does, when it has no price of its own.
    pub(crate) fn price(&mut self, place: usize, price: Option<CataloguePrice>) -> Result<(), ApiError> {
        let currency = self.currency()?;
        let (Some(price), Some(line)) = (price, self.order_lines.get_mut(place)) else {
            return Ok(());
        };
        if line.unit_price.is_some() {
            return Ok(());
        }
        if price.currency != currency {
            let member = format!("orderLines[{place}].unitPrice");
            let problem = "is needed, since the catalogue's price is in another currency";
            return Err(invalid(&member, problem));
        }
        line.unit_price = Some(Lenient(Number(price.price.decimal())));
        Ok(())
    }

    /// The registration that it asks for.
    pub(crate) fn registration(
        &self,
        (id, uuid): (OrderId, Uuid),
        annex: Opaque,
    ) -> Result<Registration, ApiError> {
        if !self.payer.is_named() {
            return Err(invalid(
                "payer",
                "customerNumber, companyName or lastName is needed",
            ));
        }
        if self.marketing_coupon_code.is_some() != self.marketing_coupon_number.is_some() {
            let both = "is needed together with the other of marketingCouponCode and marketingCouponNumber";
            let missing = if self.marketing_coupon_code.is_some() {
                "marketingCouponNumber"
            } else {
                "marketingCouponCode"
            };
            return Err(invalid(missing, both));
        }
        let currency = self.currency()?;
        let items = self.items()?;
        Ok(Registration {
            id,
            uuid,
            origin: Dialect::Connect,
            kind: Kind::New,
            number: None,
            reference: self.external_order_id.as_ref().map(|id| id.0.clone()),
            refers_to: None,
            customer: Some(self.customer()),
            reseller: None,
            currency,
            gross: self.gross(&items, currency)?,
            net: None,
            items,
            payment: Payment {
                method: self.payment_method.0.clone(),
                prepaid: self.prepaid.unwrap_or_default(),
                pending: false,
            },
            ordered_at: self.order_date.map(|moment| Timestamp(moment.0)),
            completes_at: None,
            entails: Entailed::default(),
            annex: BTreeMap::from([(Dialect::Connect, annex)]),
        })
    }

    fn currency(&self) -> Result<Currency, ApiError> {
        let code = self
            .currency
            .as_ref()
            .map_or(DEFAULT_CURRENCY, |code| code.0.as_str());
        Currency::from_code(code).ok_or_else(|| invalid("currency", "not a code of ISO 4217"))
    }

    fn customer(&self) -> Customer {
        let emails = self.payer.emails.as_ref();
        Customer {
            number: self.payer.customer_number.map(|number| number.0.to_string()),
            name: self.payer.name(),
            email: emails
                .and_then(|emails| emails.first())
                .map(|email| email.0.clone()),
            contacts: Vec::new(),
        }
    }

    /// The total; what the lines come to when it is not said.
    fn gross(&self, items: &[Item], currency: Currency) -> Result<Amount, ApiError> {
        let Some(Lenient(Number(told))) = self.order_amount else {
            let sums = sum_of(items, currency).map_err(|error| ApiError::Invalid(error.to_string()))?;
            return Ok(sums.gross);
        };
        if told.normalize().scale() > 2 {
            return Err(invalid("orderAmount", "not a multiple of 0.01"));
        }
        if told < Decimal::ZERO {
            return Err(invalid("orderAmount", "below zero"));
        }
        Amount::new(told).map_err(|error| invalid("orderAmount", &error.to_string()))
    }

    fn items(&self) -> Result<Vec<Item>, ApiError> {
        if self.order_lines.is_empty() {
            return Err(invalid("orderLines", "one or more lines are needed"));
        }
        (0..)
            .zip(&self.order_lines)
            .map(|(place, line)| line.item(place))
            .collect()
    }
}

impl OrderLine {
    fn item(&self, place: usize) -> Result<Item, ApiError> {
        let named = |member: &str| format!("orderLines[{place}].{member}");
        let bad = |member: &str, problem: &str| invalid(&named(member), problem);
        let quantity = self.quantity.map_or(1, |quantity| quantity.0);
        if quantity < 1 {
            return Err(bad("quantity", "below one"));
        }
        if self.allow_access_seconds.is_some_and(|seconds| seconds.0 < 0) {
            return Err(bad("allowAccessSeconds", "below zero"));
        }
        let quantity =
            Quantity::new(Decimal::from(quantity)).map_err(|error| bad("quantity", &error.to_string()))?;
        let price = self.unit_price.map(|Lenient(Number(price))| Amount::new(price));
        let unit_gross = price
            .transpose()
            .map_err(|error| bad("unitPrice", &error.to_string()))?;
        let article = self.article_detail.as_ref();
        let description = article
            .and_then(|article| article.article_desc.as_ref())
            .map(|text| text.0.clone());
        Ok(Item {
            number: i64::try_from(place).ok().map(|place| place.saturating_add(1)),
            product: self.product(place)?,
            description: description.unwrap_or_default(),
            quantity,
            unit_gross,
            unit_net: None,
            unit_vat: None,
            vat_percent: None,
            annex: None,
        })
    }

    /// What the line sells, by the name that its kind has.
    fn product(&self, place: usize) -> Result<String, ApiError> {
        let article = self.article_detail.as_ref();
        let (found, needed) = match self.product_spec_type {
            SpecType::Coupon => (
                told(self.product.as_ref()).or_else(|| told(self.product_spec_code.as_ref())),
                "productSpecCode",
            ),
            SpecType::Product => (
                told(self.product.as_ref()).or_else(|| told(self.product_spec_code.as_ref())),
                "product",
            ),
            SpecType::Issue => (told(self.product.as_ref()), "product"),
            SpecType::Article => (
                told(article.and_then(|article| article.article_ref.as_ref()))
                    .or_else(|| told(self.product.as_ref())),
                "articleDetail.articleRef",
            ),
        };
        found.ok_or_else(|| ApiError::Invalid(format!("orderLines[{place}].{needed} is missing")))
    }
}

/// A text that says something.
fn told<const MOST: usize>(text: Option<&Text<MOST>>) -> Option<String> {
    text.map(|text| text.0.clone()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_kit::body::parse_json;
    use serde_json::{Value, json};

    fn body() -> Value {
        json!({
            "externalOrderId": "2342",
            "orderDate": 1_559_372_400_000_u64,
            "paymentMethod": "invoice",
            "orderAmount": 295,
            "currency": "NOK",
            "payer": { "customerNumber": 563_457, "firstName": "Kari", "lastName": "Nordmann", "emails": ["kari@example.no"] },
            "orderLines": [{ "productSpecType": "coupon", "productSpecCode": "TOTT", "productSpecNo": 60, "quantity": 1, "unitPrice": 295 }]
        })
    }

    fn register(body: &Value) -> Result<Registration, String> {
        let annex = Opaque::of(&json!({})).unwrap();
        parse_json::<RegisterOrder>(body.to_string().as_bytes())
            .map_err(ApiError::from)
            .and_then(|read| read.registration((OrderId(1_000_000_000), Uuid::nil()), annex))
            .map_err(|error| {
                let ApiError::Invalid(message) = error else {
                    panic!("{error:?}");
                };
                message
            })
    }

    /// The body with one member set, by its JSON pointer.
    fn with(pointer: &str, value: &Value) -> Value {
        let mut body = body();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.insert(member.to_owned(), value.clone());
        body
    }

    #[test]
    fn a_registration_is_what_its_body_says() {
        insta::assert_json_snapshot!(register(&body()).unwrap(), { ".annex" => "[annex]" });
    }

    /// One line a rule; the first that applies wins, from top to bottom of the body's own order.
    #[test]
    fn what_is_wrong_with_a_body_is_told_by_its_member() {
        let long = |length: usize| json!("x".repeat(length));
        let cases: Vec<(&str, Value)> = vec![
            ("/externalOrderId", long(41)),
            ("/externalOrderId", json!(2342)),
            ("/orderDate", json!("yesterday")),
            ("/paymentMethod", json!("barter")),
            ("/paymentMethod", json!(null)),
            ("/orderAmount", json!("much")),
            ("/orderAmount", json!(-1)),
            ("/orderAmount", serde_json::from_str("0.001").unwrap()),
            ("/orderAmount", serde_json::from_str(&"9".repeat(40)).unwrap()),
            ("/orderAmount", json!(1_000_000_000_000_u64)),
            ("/currency", json!("XXQ")),
            ("/currency", json!("NOKK")),
            ("/marketingCouponCode", json!("SUMMER")),
            ("/marketingCouponNumber", json!(7)),
            ("/companyCode", long(13)),
            ("/payer", json!(null)),
            ("/payer", json!({})),
            ("/payer", json!({ "lastName": " " })),
            ("/payer/customerNumber", json!("many")),
            ("/payer/postalCode", long(11)),
            ("/payer/countryCode", long(4)),
            ("/payer/emails", json!("kari@example.no")),
            ("/payer/emails", json!([long(256)])),
            ("/payer/invoiceEmailAddress", long(61)),
            ("/payer/floorType", long(2)),
            ("/payer/streetNumber", json!([])),
            ("/orderLines", json!(null)),
            ("/orderLines", json!([])),
            ("/orderLines", json!([{}])),
            ("/orderLines/0/productSpecType", json!("bundle")),
            ("/orderLines/0/productSpecCode", json!(null)),
            ("/orderLines/0/productSpecType", json!("issue")),
            ("/orderLines/0/productSpecType", json!("article")),
            ("/orderLines/0/quantity", json!(0)),
            ("/orderLines/0/quantity", json!(1.5)),
            ("/orderLines/0/unitPrice", json!({})),
            ("/orderLines/0/voucherCode", long(37)),
            ("/orderLines/0/rewardId", long(37)),
            ("/orderLines/0/allowAccessSeconds", json!(-1)),
            ("/orderLines/0/startInfo", json!({ "startDate": "later" })),
            ("/orderLines/0/receiver", json!({ "postalCode": long(11) })),
            ("/prepaid", json!("yes")),
        ];
        let told: Vec<String> = cases
            .iter()
            .map(|(pointer, value)| {
                let mut shown = value.to_string();
                shown.truncate(24);
                let body = match pointer.strip_prefix("/orderLines/0") {
                    Some(rest) => {
                        let mut changed = body();
                        let line = changed["orderLines"][0].as_object_mut().unwrap();
                        line.insert(rest.trim_start_matches('/').to_owned(), value.clone());
                        changed
                    }
                    None => with(pointer, value),
                };
                format!("{pointer} {shown} -> {}", register(&body).unwrap_err())
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn be_liberal_in_street_number_floor_birth_date_and_unknown_members() {
        for (pointer, value) in [
            ("/payer/streetNumber", json!(55)),
            ("/payer/streetNumber", json!("55B")),
            ("/payer/floor", json!("2")),
            ("/payer/floor", json!(2)),
            ("/payer/birthDate", json!("315529200")),
            ("/payer/birthDate", json!("1980-01-01T00:00:00Z")),
            ("/payer/birthDate", json!(315_529_200_000_u64)),
            ("/payer/customerNumber", json!("563457")),
            ("/payer/nobodyKnows", json!({ "this": [1, 2] })),
            ("/orderAmount", json!("295.00")),
            ("/externalOrderId", json!(null)),
            ("/prepaid", json!(null)),
        ] {
            assert!(
                register(&with(pointer, &value)).is_ok(),
                "{pointer} {value}: {:?}",
                register(&with(pointer, &value))
            );
        }
    }

    #[test]
    fn without_an_order_amount_the_lines_are_summed() {
        let mut body = with("/orderAmount", &json!(null));
        body["orderLines"][0]["unitPrice"] = json!("99.50");
        body["orderLines"][0]["quantity"] = json!(3);
        assert_eq!(register(&body).unwrap().gross.to_string(), "298.5");
    }
}
