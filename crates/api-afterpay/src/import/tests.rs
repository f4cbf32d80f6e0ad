//! What is taken over is given back as it came.

use super::*;
use crate::render::render;
use serde_json::json;

fn seed() -> Value {
    let text = include_str!("../../../../tests/data/seeds/afterpay-get-order.json");
    serde_json::from_str(text).unwrap()
}

/// The order as it is in the book; none when the rules refuse it.
fn in_the_book(told: Vec<Told>) -> Option<Order> {
    let order = told.into_iter().next()?.order;
    let mut context = Context {
        now: Timestamp(1_900_000_000_000),
        ids: Ids::from_seed([9; 16]),
        numbers: NumberStyle::Suffixed,
    };
    let events = decide(None, &Command::Import(order), &mut context).ok()?;
    replay(&events).ok()
}

fn imported(document: &Value) -> Order {
    in_the_book(read(document.clone()).unwrap()).unwrap()
}

/// Every place within a document.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    for (name, member) in value.as_object().into_iter().flatten() {
        places(member, &format!("{at}/{name}"), found);
    }
    for (index, element) in value.as_array().into_iter().flatten().enumerate() {
        places(element, &format!("{at}/{index}"), found);
    }
}

/// Whatever stands in any one place of the seed's order: it is refused, or given back as it came.
#[test]
fn an_order_with_anything_anywhere_is_refused_or_given_back() {
    let odd: Vec<Value> = [
        "null",
        "true",
        "7",
        "0",
        "-3.50",
        "1e3",
        "\"\"",
        "\"text\"",
        "\"2024-02-30\"",
        "\"2030-01-01T00:00:00.123+02:00\"",
        "[]",
        "[1, null]",
        "{}",
        "{\"a\": {\"b\": []}}",
        "\"Pending\"",
        "\"expired\"",
        "\"Cancelled\"",
        "123456789012345678901234567890",
    ]
    .iter()
    .map(|text| serde_json::from_str(text).unwrap())
    .collect();
    let mut seed = seed();
    seed["orderDetails"]["status"] = json!("Accepted");
    seed["orderDetails"]["expirationDate"] = json!("2016-02-28");
    let mut found = Vec::new();
    places(&seed, "", &mut found);
    let mut taken = 0;
    for place in found.iter().filter(|place| !place.is_empty()) {
        for value in &odd {
            let mut document = seed.clone();
            *document.pointer_mut(place).unwrap() = value.clone();
            if let Some(order) = read(document.clone()).ok().and_then(in_the_book) {
                assert_eq!(shown(&order), document, "with {value} at {place}");
                taken += 1;
            }
        }
    }
    assert!(taken > 1000, "{taken} documents were taken over");
}

fn shown(order: &Order) -> Value {
    serde_json::from_slice(&render(order)).unwrap()
}

#[test]
fn the_seeds_order_is_given_back_as_it_came_digit_for_digit() {
    let order = imported(&seed());
    assert_eq!(shown(&order), seed());
    assert_eq!(order.number.as_deref(), Some("ORDER00001"));
    assert_eq!(order.captures[0].refunded.to_string(), "720.0");
    assert_eq!(order.refunds[0].items[0].unit_gross.unwrap().to_string(), "132.5");
}

#[test]
fn whatever_members_an_order_has_are_given_back() {
    let mut document = seed();
    document["orderDetails"]["customer"]["salutation"] = json!("Dr");
    document["orderDetails"]["customer"]["address"]["countryCode"] = json!("US");
    document["orderDetails"]["status"] = json!("FullyRefunded");
    document["orderDetails"]["totalNetAmount"] = serde_json::from_str("550.0000").unwrap();
    document["payment"] = json!({"type": "Cash", "more": [null, {"x": 1}]});
    document["captures"][0]["captureItems"][0] = json!({"quantity": 1, "oddity": true});
    document["cancellations"] = json!(null);
    document["refunds"][0]["refundId"] = json!("not-a-uuid");
    assert_eq!(shown(&imported(&document)), document);
}

#[test]
fn the_same_document_is_the_same_order_each_time() {
    let mut document = seed();
    document["captures"][0]
        .as_object_mut()
        .unwrap()
        .remove("captureId");
    document["captures"][0]["captureItems"] = json!([]);
    assert_eq!(imported(&document), imported(&document));
    assert_eq!(shown(&imported(&document)), document);
}

#[test]
fn what_an_order_can_t_be_without_is_named() {
    let without = |place: &str| {
        let mut document = seed();
        let (parent, member) = place.rsplit_once('/').unwrap();
        document
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(member);
        read(document).unwrap_err().to_string()
    };
    assert_eq!(
        without("/orderDetails"),
        "the document is not an AfterPay order: it has no orderDetails"
    );
    assert_eq!(
        without("/orderDetails/orderNumber"),
        "orderDetails.orderNumber: Value is required."
    );
    assert_eq!(
        without("/orderDetails/currency"),
        "orderDetails.currency: Value is required."
    );
    assert_eq!(
        without("/captures/0/amount"),
        "captures[0].amount: Value is required."
    );
    assert_eq!(
        without("/refunds/0/refundNumber"),
        "refunds[0].refundNumber: Value is required."
    );
    let mut document = seed();
    document["captures"][0]["amount"] = json!("much");
    let told = read(document).unwrap_err().to_string();
    assert_eq!(told, "captures[0].amount: Value format is incorrect.");
}
